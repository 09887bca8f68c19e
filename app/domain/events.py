"""What happened: facts in the past tense, numbered per site without gaps, never changed."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any


class Kind(StrEnum):
    """Every kind of event there is. The wording for people is made when it is shown."""

    # a visit
    ARRIVED = "arrived"
    PATHWAY_SET = "pathway_set"
    PAPERS_CHECKED = "papers_checked"
    PRIORITY_SET = "priority_set"
    NOTED = "noted"
    LEAVE_BY_SET = "leave_by_set"
    STEPPED_OUT = "stepped_out"
    RETURNED = "returned"
    SPLIT = "split"
    OFFERED = "offered"
    ACCEPTED = "accepted"
    HANDOFF_ALARMED = "handoff_alarmed"
    PLANNED = "planned"
    RELEASED = "released"
    DOUBTED = "doubted"
    WARNED = "warned"
    LINK_RENEWED = "link_renewed"
    REACHABLE = "reachable"
    TOLD_SOON = "told_soon"
    ENDED = "ended"
    REOPENED = "reopened"
    COME_BACK_GIVEN = "come_back_given"
    REFERRED = "referred"
    CONSENT_CHANGED = "consent_changed"
    REFERRAL_ENDED = "referral_ended"
    HANDED_OUT = "handed_out"
    HAND_OUT_ERASED = "hand_out_erased"
    # a stop
    STOP_ADDED = "stop_added"
    SLOT_JOINED = "slot_joined"
    NARROWED = "narrowed"
    UNLOCKED = "unlocked"
    CALLED = "called"
    RECALLED = "recalled"
    STARTED = "started"
    MISSED = "missed"
    REQUEUED = "requeued"
    HELD = "held"
    RESUMED = "resumed"
    FINISHED = "finished"
    REJOINED = "rejoined"
    DROPPED = "dropped"
    RESTORED = "restored"
    UNDONE = "undone"
    # a desk, a service, the day
    DESK_OPENED = "desk_opened"
    DESK_PAUSED = "desk_paused"
    DESK_CLOSED = "desk_closed"
    SERVICE_PAUSED = "service_paused"
    SERVICE_RESUMED = "service_resumed"
    BOOKING_LISTED = "booking_listed"
    SLIPS_RESERVED = "slips_reserved"
    LEARNED = "learned"
    DAY_CLOSED = "day_closed"
    HOUSE_CHANGED = "house_changed"
    # the way on: kept for longer than a day, so these change no floor
    DIRECTORY_CHANGED = "directory_changed"
    PROGRAMME_CHANGED = "programme_changed"
    SIGNED_UP = "signed_up"
    SIGN_UP_CHANGED = "sign_up_changed"
    REMINDED = "reminded"
    GROUP_RESERVED = "group_reserved"
    GROUP_CANCELLED = "group_cancelled"
    WORDS_FORGOTTEN = "words_forgotten"


FACTS: Mapping[Kind, frozenset[str]] = {
    kind: frozenset(names.split())
    for kind, names in {
        Kind.ARRIVED: "number arrival booking pathway members language priority interpreter leave_by owner came_from",
        Kind.PATHWAY_SET: "pathway",
        Kind.PAPERS_CHECKED: "seen missing",
        Kind.PRIORITY_SET: "on",
        Kind.LEAVE_BY_SET: "leave_by",
        Kind.STEPPED_OUT: "until",
        Kind.SPLIT: "members into number",
        Kind.OFFERED: "giver taker",
        Kind.ACCEPTED: "taker",
        Kind.PLANNED: "windows finish why",
        Kind.REACHABLE: "reach",
        Kind.RELEASED: "stops why",
        Kind.DOUBTED: "doubts",
        Kind.WARNED: "stops",
        Kind.ENDED: "state comes_back",
        Kind.COME_BACK_GIVEN: "services on why",
        Kind.REFERRED: "referral what consent",
        Kind.CONSENT_CHANGED: "referral consent",
        Kind.REFERRAL_ENDED: "referral outcome",
        Kind.HANDED_OUT: "until",
        Kind.STOP_ADDED: "service authority members state appointment",
        Kind.SLOT_JOINED: "booking",
        Kind.NARROWED: "members why",
        Kind.CALLED: "call sitting why priority",
        Kind.RECALLED: "call",
        Kind.REQUEUED: "behind",
        Kind.FINISHED: "outcomes",
        Kind.REJOINED: "behind by_staff",
        Kind.DROPPED: "why",
        Kind.RESTORED: "state",
        Kind.DESK_PAUSED: "until",
        Kind.SERVICE_PAUSED: "service expected_back notice",
        Kind.SERVICE_RESUMED: "service",
        Kind.BOOKING_LISTED: "ref service pathway starts_at persons cancelled interpreter services came_from at_desk minutes",
        Kind.LEARNED: "services desks rates widening",
        Kind.SLIPS_RESERVED: "holder numbers",
        Kind.HOUSE_CHANGED: "revision",
        Kind.DIRECTORY_CHANGED: "entry version",
        Kind.PROGRAMME_CHANGED: "occasion version",
        Kind.SIGNED_UP: "occasion sign_up persons state",
        Kind.SIGN_UP_CHANGED: "occasion sign_up state",
        Kind.REMINDED: "occasion sign_up",
        Kind.GROUP_RESERVED: "group on persons",
        Kind.GROUP_CANCELLED: "group on",
        Kind.WORDS_FORGOTTEN: "count",
    }.items()
}
"""The facts that each kind carries; a kind that is not named carries none. Every value is plain JSON."""


@dataclass(frozen=True, slots=True)
class Event:
    """One fact. An undeclared fact is a mistake of ours and fails here rather than in a log that nobody can replay."""

    kind: Kind
    at: datetime
    visit: str | None = None
    stop: str | None = None
    desk: str | None = None
    facts: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        declared = FACTS.get(self.kind, frozenset())
        if self.facts.keys() != declared:
            raise TypeError(f"{self.kind} carries {sorted(declared)}, not {sorted(self.facts)}")
