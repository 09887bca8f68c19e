"""A referral: a pointer out of the queue. Nothing about the citizen leaves the house before they have said yes."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from app.domain.directory import Entry
from app.domain.errors import Refusal, Refused
from app.domain.programme import Occasion, starts_at
from app.domain.visit import Visit

OUTCOMES = ("met", "no_answer", "declined")
SOON = timedelta(days=60)
"""An event further ahead than this is not suggested."""


class Consent(StrEnum):
    """What the citizen has said to something about them being passed on."""

    NOT_ASKED = "not_asked"  # a pointer only: nothing leaves
    ASKED = "asked"
    GIVEN = "given"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


SAID: Mapping[Consent, frozenset[Consent]] = {
    Consent.NOT_ASKED: frozenset({Consent.ASKED, Consent.GIVEN}),
    Consent.ASKED: frozenset({Consent.GIVEN, Consent.REFUSED}),
    Consent.GIVEN: frozenset({Consent.WITHDRAWN}),
    Consent.REFUSED: frozenset({Consent.GIVEN}),
    Consent.WITHDRAWN: frozenset(),
}
"""What may be said after what: the one table of consent. Withdrawn is the end, for by then there is nothing left."""


@dataclass(frozen=True, slots=True)
class Referral:
    """One pointer. Of the citizen it holds what a receiver needs to receive them; words of theirs are kept apart."""

    id: str
    visit: str | None
    target: str | None  # the code of an entry or an event; forgotten with the consent
    kind: str  # service, organisation, contact or event
    audience: str | None  # the pathway, for figures
    language: str | None
    adults: int
    children: int
    consent: Consent
    made_at: datetime
    outcome: str | None = None


@dataclass(frozen=True, slots=True)
class Reason:
    """Why something is suggested: a code, with what its wording needs."""

    code: str  # audience, children, soon or language
    of: str = ""


@dataclass(frozen=True, slots=True)
class Suggestion:
    """An entry or an event that fits the party, and why."""

    to: Entry | Occasion
    reasons: tuple[Reason, ...]

    @property
    def kind(self) -> str:
        """Service, organisation, contact or event."""
        return self.to.kind if isinstance(self.to, Entry) else "event"


def said(before: Consent, now: Consent) -> Consent:
    """The consent after the citizen has spoken; refuses what may not follow."""
    if now not in SAID[before]:
        raise Refused(Refusal.CONSENT_NOT_OPEN, state=before.value)
    return now


def anonymous(referral: Referral) -> Referral:
    """What is left of a referral that was taken back: that there was one of this kind."""
    gone = {"visit": None, "target": None, "audience": None, "language": None, "outcome": None}
    return replace(referral, **gone, adults=0, children=0, consent=Consent.WITHDRAWN)  # type: ignore[arg-type]  # fields


def suggest(
    visit: Visit, entries: Iterable[Entry], occasions: Iterable[Occasion], zone: ZoneInfo, at: datetime
) -> tuple[Suggestion, ...]:
    """What is made for a party like this one, the best fit first; of a series only its next event."""
    found = [Suggestion(e, _why(visit, e.audience, e.children, e.languages)) for e in entries if not e.retired]
    met: set[str] = set()
    for occasion in sorted(occasions, key=lambda o: starts_at(o, zone)):
        begins = starts_at(occasion, zone)
        if occasion.cancelled or not at < begins <= at + SOON or (occasion.series or occasion.code) in met:
            continue
        met.add(occasion.series or occasion.code)
        why = _why(visit, occasion.audience, occasion.children, occasion.languages)
        found.append(Suggestion(occasion, (*why, Reason("soon", occasion.day.isoformat())) if why else ()))
    return tuple(sorted((s for s in found if s.reasons), key=_worth))


def _why(visit: Visit, audience: frozenset[str], children: bool, languages: tuple[str, ...]) -> tuple[Reason, ...]:
    why = []
    if visit.pathway in audience:
        why.append(Reason("audience", visit.pathway or ""))
    if children and any(m.kind == "child" for m in visit.members):
        why.append(Reason("children"))
    if why and visit.language in languages and visit.language not in ("da", "en"):
        why.append(Reason("language", visit.language))
    return tuple(why)


def _worth(suggestion: Suggestion) -> tuple[int, str]:
    points = {"audience": 4, "children": 3, "language": 2, "soon": 1}
    return -sum(points[r.code] for r in suggestion.reasons), suggestion.to.code
