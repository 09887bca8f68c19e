"""What a journey's question is answered with when nothing of the party can be planned now."""

from app.domain.journey import Question, answer, told
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
