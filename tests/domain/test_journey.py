"""What a journey's question is answered with when nothing of the party can be planned now."""

from app.domain.journey import Question, answer
from tests.domain import floors


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
