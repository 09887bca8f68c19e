"""Slips: numbers of the paper range that one tablet keeps, to give while it has no network."""

from app.domain.events import Kind
from app.domain.floor import Floor
from app.domain.numbering import spare_numbers
from app.store.work import Work

KEPT = 5
"""So many unused slips a tablet holds."""


def slips_of(floor: Floor, holder: str) -> list[int]:
    """The unused slips of a tablet."""
    used = {v.number for v in floor.visits.values()}
    return sorted(int(n) for n, who in floor.slips.items() if who == holder and int(n) not in used)


def reserve(work: Work, holder: str) -> list[int]:
    """Let a tablet hold as many unused slips as it may; one that does is given nothing more."""
    have = slips_of(work.floor, holder)
    if len(have) < KEPT:
        taken = {v.number for v in work.floor.visits.values()} | {int(n) for n in work.floor.slips}
        work.record(Kind.SLIPS_RESERVED, holder=holder, numbers=spare_numbers(taken, KEPT - len(have)))
    return slips_of(work.floor, holder)
