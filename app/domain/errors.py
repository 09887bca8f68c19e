"""Refusals: the rules say no. A code never changes; the words for it are made at the edge, in the reader's language."""

from enum import StrEnum


class Refusal(StrEnum):
    """Why the rules said no, and what the outside may build on."""

    ALREADY_CHECKED_IN = "already_checked_in"
    AWAY_TOO_LONG = "away_too_long"
    BOOKING_CANCELLED = "booking_cancelled"
    BOOKING_NOT_TODAY = "booking_not_today"
    BOOKING_TOO_EARLY = "booking_too_early"
    BOOKING_TOO_LATE = "booking_too_late"
    CPR_IN_TEXT = "cpr_in_text"
    DAY_CLOSED = "day_closed"
    DESK_BUSY = "desk_busy"
    DESK_NOT_OPEN = "desk_not_open"
    HANDOFF_NOT_OFFERED = "handoff_not_offered"
    HOUSE_CLOSED = "house_closed"
    ILLEGAL_MOVE = "illegal_move"
    LINE_EMPTY = "line_empty"
    MEMBER_UNKNOWN = "member_unknown"
    NO_MORE_NUMBERS = "no_more_numbers"
    NO_WALK_INS = "no_walk_ins"
    NOTHING_IN_HAND = "nothing_in_hand"
    NOTHING_TO_PLAN = "nothing_to_plan"
    NUMBER_NOT_RESERVED = "number_not_reserved"
    NUMBER_TAKEN = "number_taken"
    OUTCOME_MISSING = "outcome_missing"
    OUTCOME_UNKNOWN = "outcome_unknown"
    PAPERS_MISSING = "papers_missing"
    REFER_HOME = "refer_home"
    REJOINED_BEFORE = "rejoined_before"
    SERVICE_ALREADY_IN_VISIT = "service_already_in_visit"
    SERVICE_NOT_SERVED = "service_not_served"
    SERVICE_PAUSED = "service_paused"
    SPLIT_NEEDS_BOTH = "split_needs_both"
    STEP_OUTS_USED = "step_outs_used"
    TEXT_TOO_LONG = "text_too_long"
    TOO_LATE_TODAY = "too_late_today"
    UNDO_TOO_LATE = "undo_too_late"
    UNKNOWN_BOOKING = "unknown_booking"
    UNKNOWN_DESK = "unknown_desk"
    UNKNOWN_PAPER = "unknown_paper"
    UNKNOWN_PATHWAY = "unknown_pathway"
    UNKNOWN_SERVICE = "unknown_service"
    UNKNOWN_VISIT = "unknown_visit"
    VISIT_AWAY = "visit_away"
    VISIT_ELSEWHERE = "visit_elsewhere"
    VISIT_ENDED = "visit_ended"


class Refused(Exception):
    """The rules refuse; nothing was changed. `facts` are the values that its wording needs."""

    def __init__(self, code: Refusal, **facts: object) -> None:
        super().__init__(code.value)
        self.code = code
        self.facts = facts
