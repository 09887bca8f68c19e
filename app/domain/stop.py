"""The stop, and the one table of moves."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from app.domain.errors import Refusal, Refused
from app.domain.values import replace


class State(StrEnum):
    """Where a stop stands."""

    LOCKED = "locked"
    WAITING = "waiting"
    CALLED = "called"
    SERVING = "serving"
    HELD = "held"
    DONE = "done"
    MISSED = "missed"
    DROPPED = "dropped"


class Move(StrEnum):
    """What somebody does to a stop."""

    UNLOCK = "unlock"
    CALL = "call"
    RECALL = "recall"
    START = "start"
    MISS = "miss"
    REQUEUE = "requeue"
    HOLD = "hold"
    RESUME = "resume"
    FINISH = "finish"
    REJOIN = "rejoin"
    DROP = "drop"
    RESTORE = "restore"
    UNDO = "undo"


MOVES: Mapping[Move, Mapping[State, State]] = {
    Move.UNLOCK: {State.LOCKED: State.WAITING},
    Move.CALL: {State.WAITING: State.CALLED},
    Move.RECALL: {State.CALLED: State.CALLED},
    Move.START: {State.CALLED: State.SERVING},
    Move.MISS: {State.CALLED: State.MISSED},
    Move.REQUEUE: {State.CALLED: State.WAITING, State.SERVING: State.WAITING, State.HELD: State.WAITING},
    Move.HOLD: {State.SERVING: State.HELD},
    Move.RESUME: {State.HELD: State.SERVING},
    Move.FINISH: {State.SERVING: State.DONE},
    Move.REJOIN: {State.MISSED: State.WAITING},
    Move.DROP: dict.fromkeys((State.LOCKED, State.WAITING, State.MISSED, State.HELD), State.DROPPED),
    Move.RESTORE: {State.DROPPED: State.WAITING},  # or locked: the caller says so, see `make_move`
}
"""The table of moves. Undo is not in it: it brings back what was, see `app.domain.replay`."""

UNDOABLE = frozenset({State.CALLED, State.SERVING, State.DONE})
"""States that the same desk may take back within the house's undo time."""

IN_HAND = frozenset({State.CALLED, State.SERVING})
"""The party stands at a desk, or walks to it."""

OVER = frozenset({State.DONE, State.DROPPED})


@dataclass(frozen=True, slots=True)
class Stop:
    """One service within a visit, for some or all members."""

    id: str
    service: str
    authority: str
    members: tuple[str, ...]
    state: State
    since: datetime  # in this state
    added_at: datetime
    appointment: datetime | None = None  # a time given by the authority's own booking
    desk: str | None = None  # who has it in hand, or had it last
    called_at: datetime | None = None  # the first call counts
    started_at: datetime | None = None
    ended_at: datetime | None = None
    calls: int = 0
    rejoins: int = 0  # made by the citizen alone
    behind: tuple[str, ...] = ()  # stops that go first after a rejoin or requeue
    outcomes: Mapping[str, str] = field(default_factory=dict)
    why: str | None = None  # why it was dropped


def may_move(stop: Stop, move: Move) -> bool:
    """Whether the table allows it; screens ask this to know what to offer."""
    if move is Move.UNDO:
        return stop.state in UNDOABLE
    return stop.state in MOVES[move]


def require_move(stop: Stop, move: Move) -> None:
    """Refuse what the table does not hold."""
    if stop.state not in MOVES[move]:
        raise Refused(Refusal.ILLEGAL_MOVE, move=move.value, state=stop.state.value)


def make_move(stop: Stop, move: Move, at: datetime, desk: str | None = None) -> Stop:
    """The stop after `move`, with the times it carries; refuses what the table does not hold."""
    require_move(stop, move)
    return replace(stop, state=MOVES[move][stop.state], since=at, **_carried(stop, move, at, desk))


def _carried(stop: Stop, move: Move, at: datetime, desk: str | None) -> dict[str, Any]:
    """What a move changes besides the state."""
    match move:
        case Move.CALL:
            return {"desk": desk, "called_at": stop.called_at or at, "calls": stop.calls + 1, "behind": ()}
        case Move.RECALL:
            return {"calls": stop.calls + 1}
        case Move.START:
            return {"started_at": stop.started_at or at}
        case Move.RESUME:
            return {"desk": desk}
        case Move.FINISH | Move.DROP:
            return {"ended_at": at}
        case Move.RESTORE:
            return {"ended_at": None, "why": None}
        case _:
            return {}
