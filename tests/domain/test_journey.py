"""What a journey's question is answered with, and what is told of the answer."""

from app.domain.journey import Answer, Question, answer, told
from app.domain.planner import Plan, Planned, Without
from app.domain.scene import END, Window
from app.domain.stop import State
from tests.builders import aalborg
from tests.domain import floors
from tests.screens.day import a_floor, a_stop, a_visit, clock


def test_who_lacks_every_paper_is_told_what_could_be_done_with_them() -> None:
    scene = floors.scene(1, parties=2)
    with_papers = scene.parties[0]
    found = answer(Question(scene, None, with_papers, None, None, {}, anew=False))
    assert found
    assert found.plan.sittings == ()
    assert found.windows == {}
    assert found.complete
    assert found.complete.sittings


def test_where_no_paper_would_change_that_there_is_no_answer() -> None:
    assert answer(Question(floors.scene(1, parties=2), None, None, None, None, {}, anew=False)) is None


def test_without_an_answer_the_journey_says_what_the_floor_knows() -> None:
    visit = a_visit(a_stop("a.1", "cs.cpr", State.WAITING), number=127, papers_missing=frozenset({"address"}))
    found = told(a_floor(visit, open_desks="cs-2"), aalborg(), clock("10:00"), visit, None)
    assert (found.steps, found.finish) == ((), None)
    assert [(n.service, n.code, n.papers) for n in found.not_today] == [("cs.cpr", "papers_missing", ("address",))]


def test_leaving_the_last_of_the_day_is_offered_only_where_nothing_else_is_missed() -> None:
    """The line will hardly reach CPR, so that Tax is all that is promised: a day without it would be empty."""
    visit = a_visit(a_stop("a.1", "cs.cpr"), a_stop("a.2", "cs.tax"), number=127)
    without = (Without("a.1", 640.0), Without("a.2", 630.0))
    plan = Plan((Planned(600.0, 660.0, "tax-1", ("a.1", "a.2")),), 660.0, (), without)

    def offered(*promised: str) -> list[tuple[str, tuple[str, ...]]]:
        windows = {key: Window(600.0, 610.0, 620.0, 600.0) for key in (*promised, END)}
        found = told(
            a_floor(visit), aalborg(), clock("10:00"), visit, Answer(plan, windows, None, split=None, anywhere=None)
        )
        return [(a.without, a.rest) for a in found.alternatives]

    assert offered("a.1", "a.2") == [("cs.cpr", ("cs.tax",)), ("cs.tax", ("cs.cpr",))]
    assert offered("a.2") == [("cs.cpr", ("cs.tax",))]
