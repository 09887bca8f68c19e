"""Words for codes: one sentence each, in plain English here, in other languages by the catalogues."""

import gettext
import io
import re
from functools import cache
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from starlette.requests import HTTPConnection

LOCALES = Path(__file__).resolve().parent.parent / "locale"
LANGUAGES = ("da", "en", "uk", "pl", "ro", "de", "lt", "es", "ar")
STAFF_LANGUAGES = ("da", "en")
"""What is only for staff is complete in these; a page that is half in a third language would help nobody."""

WORDS = {
    "cannot_come_back": "There is nothing that could be done another day. Choose a service and an open day to come.",
    "code_taken": "The code {entry} is in use already. Choose another one.",
    "consent_needed": "Ask the citizen first. Words for the receiver are kept only with their yes.",
    "consent_not_open": "This cannot be answered now: the answer so far is {state}.",
    "event_cancelled": "This event is cancelled.",
    "event_over": "This event has begun or is over.",
    "group_outside_hours": "Nobody is open at every one of these times on {day}. Choose another day, or more at a time.",
    "group_size": "A group has from 1 to {most} newcomers.",
    "no_sign_up": "No sign-up is needed for this event. Just come.",
    "no_such_time": "Clocks go forward past {time} on {day}: that time does not exist. Choose another one.",
    "signed_up_already": "This party has signed up already.",
    "unknown_entry": "The directory has no entry {entry}, or it is no longer offered.",
    "unknown_event": "The programme has no event {event}.",
    "unknown_group": "There is no such group, or it was called off.",
    "unknown_outcome": "{outcome} is no outcome of a referral. Choose one of: {known}.",
    "unknown_referral": "There is no such referral, or it was taken back.",
    "unknown_sign_up": "There is no such sign-up.",
    "words_missing": "Write the words in Danish and English.",
    "unknown_way": "This link opens nothing any more. It has reached its end, or it was taken back.",
    "already_checked_in": "This booking has checked in already, with number {number}.",
    "away_too_long": "That is too long. Choose at most {minutes} minutes, and a time before closing.",
    "bad_request": "The request could not be read.",
    "booking_cancelled": "This booking was cancelled. Book a new time, or ask the staff in the hall.",
    "booking_not_today": "This booking is for another day.",
    "booking_too_early": "It is too early to check in. Come back {minutes} minutes before your time.",
    "booking_too_late": "The time of this booking has passed. Ask the staff in the hall what can be done today.",
    "cpr_in_text": "The text holds something shaped like a CPR number. Leave it out and send again.",
    "day_closed": "The day is closed. Come back on the next open day.",
    "desk_busy": "This desk has number {number} in hand. Finish, miss or put it back first.",
    "desk_not_open": "This desk is not open. Open it first.",
    "handoff_not_offered": "This party has not been handed over.",
    "house_closed": "The house is closed now. See the opening hours.",
    "idempotency_mismatch": "This Idempotency-Key was used for another request. Make a new key.",
    "bad_key": "An Idempotency-Key is 8 to 128 printable characters.",
    "illegal_move": "That is not possible now. Look at the screen again: it shows how things are.",
    "line_empty": "Nobody is waiting for this desk.",
    "list_refused": "The list could not be read.",
    "malformed": "Something in the request is not as it must be. See 'errors' for each field.",
    "member_unknown": "There is no member {member} in this party or stop.",
    "method_not_allowed": "This address does not take that method.",
    "no_more_numbers": "No more numbers can be issued today.",
    "no_walk_ins": "This service takes bookings only. Book a time with the authority; tax and career can be done without one.",
    "not_found": "There is nothing at this address.",
    "not_signed_in": "Sign in, or send a valid bearer token.",
    "not_yours": "Your role does not allow this here.",
    "nothing_in_hand": "This desk has nobody in hand. Call first.",
    "nothing_to_plan": "There is nothing left to plan for this party.",
    "number_not_here": "Nobody has number {number} today.",
    "number_not_reserved": "Only the numbers 900 to 999, printed ahead on paper, can be typed in.",
    "number_taken": "Number {number} is in use today already.",
    "outcome_missing": "Say the outcome for each member: {known}.",
    "outcome_unknown": "{outcome} is no outcome here. Choose one of: {known}.",
    "papers_missing": "A paper that is needed is missing.",
    "refer_home": "This is done in the home municipality. Tax and career can be done here.",
    "rejoined_before": "You came back into line once already. Ask the staff in the hall.",
    "service_already_in_visit": "This service is in the journey already.",
    "service_not_served": "Nothing in this party's journey is served at this desk.",
    "service_paused": "This service is down for now. The place in line is kept.",
    "split_needs_both": "Choose some members, but not all of them.",
    "step_outs_used": "You have used your extra time. Ask the staff in the hall if you need more.",
    "store_busy": "Too much is going on at once just now. Nothing was done; try again in a moment.",
    "store_down": "The system cannot save just now. Nothing was done; try again in a moment.",
    "text_has_control": "The text holds characters that cannot be shown. Leave them out and send again.",
    "text_too_long": "The text is too long.",
    "too_large": "That is too large.",
    "too_late_today": "This cannot be done today any more. Come back on the next open day.",
    "too_often": "Too many tries. Wait a minute.",
    "undo_too_late": "This cannot be undone any more: only the last act, within {seconds} seconds, before others built on it.",
    "unknown_booking": "There is no such booking today.",
    "unknown_code": "No screen of this house shows this code. Look at the screen again: a code has five letters.",
    "unknown_device": "There is no such device. Load the page again.",
    "unknown_desk": "This house has no desk {desk}.",
    "unknown_paper": "This house knows no paper {paper}.",
    "unknown_pathway": "This house knows no pathway {pathway}.",
    "unknown_service": "This house knows no service {service}.",
    "unknown_site": "There is no such site.",
    "unknown_ticket": "This link opens nothing. It may be from another day. Ask the staff in the hall.",
    "unknown_visit": "There is no such visit today.",
    "visit_away": "This party has stepped out.",
    "visit_elsewhere": "This party is at desk {desk} now.",
    "visit_ended": "This visit has ended.",
    "wrong_content_type": "Send JSON, with Content-Type: application/json.",
    "wrong_password": "Name or password is wrong.",
    "push_off": "Messages to phones are switched off in this house. Keep the page open, or watch the wall.",
    "not_a_push_service": "This is not the address of a push service that we know.",
    "sms_off": "SMS is switched off in this house.",
    "phone_malformed": "This is no telephone number. Write it with its country, such as +45 12 34 56 78.",
    "print_off": "This house has no ticket printer. Show the QR code instead.",
}
"""A sentence for every code that the outside can meet."""

OUTCOME_WORDS = {
    "issued": "Issued",
    "pending": "Pending",
    "refused": "Refused",
    "recorded": "Recorded",
    "permit_exists": "Permit exists",
}
"""Outcomes, as the buttons of a desk say them."""

TITLES = {
    400: "Bad request",
    401: "Sign in first",
    403: "No access",
    404: "Nothing here",
    405: "Not that way",
    409: "Refused",
    413: "Too large",
    415: "Wrong kind",
    422: "Malformed",
    429: "Too often",
    500: "Problem",
    503: "Not now",
}
"""What a problem is called, by its status."""

FOR_CITIZENS = frozenset({
    "already_checked_in", "away_too_long", "consent_not_open", "event_cancelled", "event_over", "no_sign_up",
    "signed_up_already", "unknown_referral", "unknown_sign_up", "unknown_way",
    "bad_request", "booking_cancelled", "booking_not_today",
    "booking_too_early", "booking_too_late", "day_closed", "house_closed", "illegal_move", "method_not_allowed",
    "no_more_numbers", "no_walk_ins", "not_found", "not_yours", "papers_missing", "phone_malformed", "refer_home",
    "rejoined_before", "service_paused", "step_outs_used", "store_busy", "store_down", "too_large", "too_late_today", "too_often",
    "unknown_booking", "push_off", "unknown_site", "unknown_ticket", "visit_away", "visit_elsewhere", "visit_ended",
})  # fmt: skip
"""The codes that a phone or the kiosk can show; translated into every language of the house."""


def read_catalogue(language: str) -> Catalog:
    """The catalogue of a language as its file has it; an empty one where there is none."""
    file = LOCALES / language / "LC_MESSAGES" / "samedag.po"
    if not file.is_file():
        return Catalog(language)
    with file.open("rb") as text:
        return read_po(text, locale=language)


@cache
def catalogue(language: str) -> gettext.NullTranslations:
    """The translations of a language, plurals by its own rule; what is not translated stays English."""
    packed = io.BytesIO()
    write_mo(packed, read_catalogue(language))
    packed.seek(0)
    return gettext.GNUTranslations(packed)


def translate(words: str, language: str) -> str:
    """The sentence in this language, else in English."""
    return catalogue(language).gettext(words) if words else ""


_STAFF_PAGE = re.compile(
    r"/((live/)?sites/[^/]+/(floor|desks|manager|told|devices|directory|companies|referrals|programme/staff)(/.*)?|r/.*|sign-in|lock)?"
)


def languages_at(path: str) -> tuple[str, ...]:
    """The languages in which the page at this path says everything."""
    return STAFF_LANGUAGES if _STAFF_PAGE.fullmatch(path) else LANGUAGES


def language_of(request: HTTPConnection) -> str:
    """The caller's language: chosen before, or the first of Accept-Language that this page speaks, else English."""
    known = languages_at(request.url.path)
    chosen = request.query_params.get("lang") or request.cookies.get("lang")
    accepted = [
        part.split(";")[0].strip()[:2].lower() for part in request.headers.get("accept-language", "").split(",")
    ]
    return next((code for code in [chosen, *accepted] if code in known), "en")
