"""The way on of a party: what was suggested and why, what was given, and what would be passed on if they say yes."""

from collections.abc import Iterable, Mapping
from datetime import date
from zoneinfo import ZoneInfo

from app.domain.directory import Entry
from app.domain.floor import Booking
from app.domain.house import House
from app.domain.pathway import papers_for
from app.domain.programme import Occasion, ends_at, starts_at
from app.domain.referral import Consent, Referral, Suggestion
from app.domain.roll import SignUp
from app.domain.visit import Visit
from app.screens.shapes import Shape, Time, Words


class Target(Shape):
    """An entry or an event as it is handed out."""

    code: str
    kind: str
    label: Words
    text: Words
    place: str
    receives: str
    reach: str
    starts_at: Time | None = None
    ends_at: Time | None = None
    cancelled: bool = False
    sign_up: bool = False  # an event for which one needs a place


class ReferralShape(Shape):
    """A referral. The citizen's words for the receiver are never in it."""

    id: str
    to: str | None
    target: Target | None
    kind: str
    consent: Consent
    outcome: str | None
    made_at: Time


class Suggested(Shape):
    """Something that fits the party, with the reasons as code and what they are about."""

    target: Target
    reasons: list[tuple[str, str]]


class SignUpShape(Shape):
    """A place, or the wait for one."""

    id: str
    event: Target
    persons: int
    state: str
    remind: bool


class BackPaper(Shape):
    """Something to bring."""

    label: Words
    missing: bool


class Back(Shape):
    """A come-back: when, for what, and what to bring."""

    day: str
    opens: Time
    services: list[Words]
    papers: list[BackPaper]


class HandOutScreen(Shape):
    """All of it, for the citizen."""

    number: int | None
    day: str  # of the visit
    until: Time
    referrals: list[ReferralShape]
    sign_ups: list[SignUpShape]
    back: Back | None


def target_shape(target: Entry | Occasion, zone: ZoneInfo) -> Target:
    """What somebody is pointed to."""
    if isinstance(target, Entry):
        return Target(
            code=target.code,
            kind=target.kind,
            label=dict(target.label),
            text=dict(target.text),
            place=target.place,
            receives=target.receives,
            reach=target.reach,
        )
    return Target(
        code=target.code,
        kind="event",
        label=dict(target.title),
        text=dict(target.text),
        place=target.place,
        receives="walk_in",
        reach="",
        starts_at=starts_at(target, zone),
        ends_at=ends_at(target, zone),
        cancelled=target.cancelled,
        sign_up=target.sign_up,
    )


def referral_shape(referral: Referral, known: Mapping[str, Entry | Occasion], zone: ZoneInfo) -> ReferralShape:
    """A referral with whom it leads to."""
    target = known.get(referral.target or "")
    return ReferralShape(
        id=referral.id,
        to=referral.target,
        target=target_shape(target, zone) if target else None,
        kind=referral.kind,
        consent=referral.consent,
        outcome=referral.outcome,
        made_at=referral.made_at,
    )


def suggested(found: Iterable[Suggestion], zone: ZoneInfo) -> list[Suggested]:
    """Suggestions as they are shown."""
    return [Suggested(target=target_shape(s.to, zone), reasons=[(r.code, r.of) for r in s.reasons]) for s in found]


def sign_up_shape(sign_up: SignUp, occasion: Occasion, zone: ZoneInfo) -> SignUpShape:
    """A sign-up with its event."""
    return SignUpShape(
        id=sign_up.id,
        event=target_shape(occasion, zone),
        persons=sign_up.persons,
        state=sign_up.state,
        remind=sign_up.remind_at is not None,
    )


def back_shape(visit: Visit, expected: Booking, house: House, today: date) -> Back | None:
    """What a party comes back for, and what to bring: all papers of it, those known to be missing first.

    Nothing once they have come, or their day is over.
    """
    if visit.comes_back is None or visit.comes_back < today or expected.visit is not None or expected.cancelled:
        return None
    known = [code for code in expected.services if code in house.services]
    services = [code for code in known if code != house.reception] or known
    needs = {n.paper: n for code in services for n in papers_for(house, visit.pathway, code)}
    wanted = sorted((p for p in needs if p not in visit.papers_seen), key=lambda p: p not in visit.papers_missing)
    return Back(
        day=visit.comes_back.isoformat(),
        opens=expected.starts_at,
        services=[dict(house.services[code].label) for code in services],
        papers=[
            BackPaper(label=dict(house.papers[p].label), missing=p in visit.papers_missing)
            for p in wanted
            if needs[p].hard or p in visit.papers_missing
        ],
    )
