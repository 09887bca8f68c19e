"""The house file, changed while the house runs."""

from app.domain.events import Kind
from app.domain.house import House
from app.store.work import Work


def change_house(work: Work, text: str, house: House) -> bool:
    """Let every process read `text` from now on; false, and nothing done, when it says what the house knows already."""
    if work.house == house:
        return False
    work.change_house(text)
    work.record(Kind.HOUSE_CHANGED, revision=work.revision + 1)
    return True
