"""What can be done together: the shape of a party's errands and the sittings one desk could offer it.

Sets of errands are bit masks over the party's own tuple of errands. Parties that need the same have the same shape, so whatever
follows from a shape alone is worked out once.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:  # a party knows its shape
    from app.domain.scene import Errand

MOST_TOGETHER = 8
"""More errands than this are never weighed against each other in one sitting."""


@dataclass(frozen=True, slots=True, eq=False)
class Shape:
    """What a party needs, without who it is. Shapes of equal content are one object."""

    services: tuple[str, ...]
    minutes: tuple[float, ...]
    spread: tuple[float, ...]
    needs: tuple[int, ...]  # errand -> mask of those that go first
    desks: tuple[frozenset[str], ...]
    timed: bool  # some errand has its own time

    def __reduce__(self) -> tuple[Any, ...]:
        """Sent to another process it is the one of its content there."""
        return _shape, (self.services, self.minutes, self.spread, self.needs, self.desks, self.timed)

    @property
    def everything(self) -> int:
        """The mask of all errands."""
        return (1 << len(self.services)) - 1

    def work(self, left: int) -> float:
        """Expected minutes of these errands."""
        return sum([minutes for k, minutes in enumerate(self.minutes) if left >> k & 1])


@lru_cache(maxsize=8192)
def shape_of(errands: "tuple[Errand, ...]") -> Shape:
    """The shape of these errands; prerequisites that are not among them count as done."""
    place = {e.key: k for k, e in enumerate(errands)}
    needs = tuple(sum(1 << place[a] for a in e.after if a in place) for e in errands)
    return _shape(
        tuple(e.service for e in errands),
        tuple(e.minutes for e in errands),
        tuple(e.spread for e in errands),
        needs,
        tuple(e.desks for e in errands),
        any(e.not_before > 0 or e.due is not None or e.until < 1e9 for e in errands),
    )


@lru_cache(maxsize=8192)
def _shape(
    services: tuple[str, ...],
    minutes: tuple[float, ...],
    spread: tuple[float, ...],
    needs: tuple[int, ...],
    desks: tuple[frozenset[str], ...],
    timed: bool,
) -> Shape:
    return Shape(services, minutes, spread, needs, desks, timed)


def bits(mask: int) -> Iterator[int]:
    """The positions set in `mask`, lowest first."""
    while mask:
        low = mask & -mask
        yield low.bit_length() - 1
        mask ^= low


@lru_cache(maxsize=65536)
def sittings(needs: tuple[int, ...], left: int, here: int) -> tuple[tuple[int, tuple[int, ...]], ...]:
    """Every set out of `here` that one sitting can do while `left` is open, each with a workable order."""
    able = list(bits(here & left))[:MOST_TOGETHER]
    found = []
    for pick in range(1, 1 << len(able)):
        order = _order(needs, left, [able[k] for k in bits(pick)])
        if order is not None:
            found.append((sum(1 << k for k in order), order))
    return tuple(found)


@lru_cache(maxsize=65536)
def whole_sittings(
    shape: Shape, left: int, here: int
) -> tuple[tuple[int, tuple[int, ...], float, frozenset[str]], ...]:
    """The same for a shape, each with its minutes at pace 1, overhead not included, and its services."""
    return tuple(
        (mask, order, sum(shape.minutes[k] for k in order), frozenset(shape.services[k] for k in order))
        for mask, order in sittings(shape.needs, left, here)
    )


def _order(needs: tuple[int, ...], left: int, chosen: list[int]) -> tuple[int, ...] | None:
    """The chosen errands so that each follows what it needs; none if that is impossible."""
    order: list[int] = []
    open_ = left
    while chosen:
        ready = next((k for k in chosen if not needs[k] & open_), None)
        if ready is None:
            return None
        chosen = [k for k in chosen if k != ready]
        order.append(ready)
        open_ &= ~(1 << ready)
    return tuple(order)
