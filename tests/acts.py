"""Everything that anybody, or the clock, can do to a house, in one table; who, what and when is left to luck.

An act first chooses (in the test's own thread) and gives the work that does it. `Cast` chooses by whatever is handed to
it: a seeded generator for a day that is always the same, Hypothesis for one that it may shrink.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, time, timedelta
from typing import Any, Protocol, TypeVar

from hypothesis import strategies as st
from sqlalchemy import Connection, select

from app.actions import (
    bookings,
    calling,
    citizen,
    coming_back,
    companies,
    desks,
    directory,
    displays,
    hand_outs,
    houses,
    planning,
    programme,
    reception,
    referring,
    sending,
    serving,
    slips,
    slots,
    sweeps,
    telling,
)
from app.actions.reception import Arrival
from app.domain.booking_list import read_bookings
from app.domain.directory import Entry
from app.domain.floor import Learned
from app.domain.grouped import Group, Wanted
from app.domain.outlook import News, outlook
from app.domain.programme import Occasion
from app.domain.referral import Consent
from app.houses.reading import SAMPLE, read_house
from app.store import devices
from app.store.tables import devices as screens
from app.store.work import Work
from tests.builders import DESKS, aalborg, party

T = TypeVar("T")
SERVICES = ("ihnd.reception", "cs.cpr", "cs.mitid", "cs.tax", "ihnd.career", "cs.doctor")
TODAY, TOMORROW = date(2026, 11, 25), date(2026, 11, 26)
TALK = Occasion("a-talk", {"da": "Foredrag", "en": "Talk"}, date(2026, 12, 2), time(16), time(18), "Here", capacity=3)
CLUB = Entry("a-club", "organisation", {"da": "Klub", "en": "Club"})
GROUP = Group("", "Nordværk A/S", TOMORROW, time(9), 20, 2, (Wanted("nordic", 2),))
LEARNED = Learned({"cs.cpr": (10.0, 12.0)}, {"cs-1": (10.0, 9.0)}, {"9": {"cs.cpr": 2.0}}, {"call": (1.0, 2.0)})
PAPERS = (frozenset({"identity"}), frozenset({"address"}), frozenset({"witness"}), frozenset[str]())
WORDS = {"contact": "someone@example.org", "note": "likes rowing"}


class Luck(Protocol):
    """Where choices come from."""

    def choice(self, some: Sequence[T]) -> T: ...


class Drawn:
    """Choices that Hypothesis makes, and may take back."""

    def __init__(self, data: st.DataObject) -> None:
        self._data = data

    def choice(self, some: Sequence[T]) -> T:
        """One of them."""
        return self._data.draw(st.sampled_from(some))


@dataclass
class Cast:
    """Who has come so far, and who is chosen next."""

    luck: Luck
    visits: list[str] = field(default_factory=list)
    referrals: list[str] = field(default_factory=list)
    groups: list[str] = field(default_factory=list)
    sign_ups: list[str] = field(default_factory=list)
    listed: int = 0

    def one(self, *some: T) -> T:
        """One of these."""
        return self.luck.choice(some)

    @property
    def desk(self) -> str:
        """Any desk."""
        return self.luck.choice(DESKS)

    @property
    def visit(self) -> str:
        """Any party of the day; one that is not there, before the first has come."""
        return self.luck.choice(self.visits or ["20261125-999"])

    @property
    def service(self) -> str:
        """Any service that one can walk in for."""
        return self.luck.choice(SERVICES)

    def services(self, most: int) -> tuple[str, ...]:
        """Some of them, in any order."""
        return tuple(dict.fromkeys(self.service for _ in range(self.luck.choice(range(most + 1)))))

    def any_of(self, known: list[str]) -> str:
        """One that is known, or one that is not."""
        return self.luck.choice(known or ["nobody"])


Do = Callable[[Work], object]
Act = Callable[[Cast], Do]


def _arrive(c: Cast, who: Arrival) -> Do:
    return lambda w: c.visits.append(reception.arrive(w, who).id)


def _walk_in(c: Cast) -> Do:
    members = party(c.one(1, 1, 2), c.one(0, 0, 1, 2))
    return _arrive(c, Arrival("walk_in", members, services=c.services(4), pathway=c.one(None, None, "eu_worker")))


def _booked(c: Cast) -> Do:
    ref = f"N{c.luck.choice(range(max(1, c.listed)))}"
    return _arrive(c, Arrival("booked", party(c.one(1, 2), c.one(0, 1)), booking=ref, by_staff=c.one(True, False)))


def _paper_number(c: Cast) -> Do:
    return _arrive(c, Arrival("walk_in", party(), services=("cs.tax",), number=c.luck.choice(range(899, 1001))))


def _import_list(c: Cast) -> Do:
    head = "Bookingnr;Dato;Tid;Ydelse;Antal personer;Status;Bemærkning\r\n"
    day, status = c.one("25-11-2026", "25-11-2026", "26-11-2026"), c.one("Booket", "Booket", "Aflyst")
    ref = f"N{c.one(c.listed, c.listed, max(0, c.listed - 1))}"
    c.listed += 1
    what = c.one("EU-opholdsdokument", "EU-familiemedlem")
    row = f"{ref};{day};{c.one('09:10', '10:30')};{what};{c.one(1, 3)};{status};\r\n"
    listed = read_bookings((head + row).encode(), aalborg())
    return lambda w: bookings.import_bookings(w, listed)


def _join(c: Cast) -> Do:
    visit, ref = c.visit, f"cs-{c.one('cs-1', 'cs-2')}-{c.luck.choice(range(9, 15)):02d}00"
    return lambda w: slots.join_slot(w, visit, ref)


def _slots(c: Cast) -> Do:
    desk, hour, minutes = c.one("cs-1", "cs-2"), c.luck.choice(range(9, 15)), c.one(10, 25, 40)
    listed = read_bookings(f"Skranke;Dato;Tid;Minutter\n{desk};25-11-2026;{hour}:00;{minutes}\n".encode(), aalborg())
    return lambda w: bookings.import_bookings(w, listed)


def _slot_comes(c: Cast) -> Do:
    ref = f"cs-{c.one('cs-1', 'cs-2')}-{c.luck.choice(range(9, 15)):02d}00"
    return _arrive(c, Arrival("booked", party(c.one(1, 2)), booking=ref))


def _forecast(c: Cast) -> Do:
    return lambda w: planning.republish(w, outlook(w.floor, w.house, w.at, 1))


def _pause(c: Cast) -> Do:
    desk, minutes = c.desk, c.one(None, 1, 20)
    return lambda w: desks.pause_desk(w, desk, w.at + timedelta(minutes=minutes) if minutes else None)


def _finish(c: Cast) -> Do:
    desk, add, over = c.desk, c.services(2), c.one(None, None, True, False)
    outcome, first = c.one("issued", "issued", "pending"), c.one({}, {}, {"m1": "refused"})
    return lambda w: serving.finish(w, desk, outcome, first, add, over)


def _journey(c: Cast) -> Do:
    visit, wanted, dry = c.visit, c.one(None, ("cs.cpr", "cs.tax"), ("cs.cpr", "cs.mitid")), c.one(False, False, True)
    hours = c.one(None, None, 2)
    return lambda w: planning.journey(w, visit, wanted, w.at + timedelta(hours=hours) if hours else None, dry)


def _republish(c: Cast) -> Do:
    visit = c.visit

    def do(work: Work) -> None:
        first = next(iter(work.floor.visits[visit].waiting), None) if visit in work.floor.visits else None
        span = (work.at + timedelta(minutes=3), work.at + timedelta(minutes=9), work.at + timedelta(minutes=5))
        planning.republish(work, {visit: News({first.id: span} if first else {}, span, "busier")})

    return do


def _change_house(c: Cast) -> Do:
    text = SAMPLE.read_text(encoding="utf-8").replace("undo_seconds = 60", f"undo_seconds = {c.one(60, 61)}")
    house = read_house(text, "aalborg.toml")
    return lambda w: houses.change_house(w, text, house)


def _refer(c: Cast) -> Do:
    visit, consent = c.visit, c.one(Consent.NOT_ASKED, Consent.ASKED, Consent.GIVEN)
    words = WORDS if consent is Consent.GIVEN else None
    to = c.one("spouse-jobs", "host", "a-club", "a-talk")
    return lambda w: c.referrals.append(referring.refer(w, visit, to, consent, words).id)


def _sign_up(c: Cast) -> Do:
    visit, persons = c.visit, c.one(1, 2)
    return lambda w: c.sign_ups.append(programme.sign_up(w, "a-talk", visit, persons).id)


def _come_back(c: Cast) -> Do:
    visit, chosen, day, why = c.visit, c.services(2), c.one(None, TOMORROW), c.one("no_time", "paper_missing")
    return lambda w: coming_back.come_back_later(w, visit, why, chosen, day)


def _pair(c: Cast) -> Do:
    """A screen that was hung up earlier is paired; then another is hung up, if it was not."""
    code, new = c.one("AAAA", "BBBB"), c.one("AAAA", "BBBB")

    def hang_up(db: Connection, work: Work) -> None:
        if not db.execute(select(screens.c.id).where(screens.c.id == f"screen-{new}")).first():
            devices.ask(db, work.site, f"secret-{new}", f"screen-{new}", new, work.at)

    def do(work: Work) -> None:
        displays.pair(work, code, "In the hall", work.at)
        work.later(lambda db: hang_up(db, work))

    return do


def _with(visit_act: Callable[..., object], *more: Any) -> Act:
    """An act on any visit; a tuple among its arguments is a choice."""

    def act(c: Cast) -> Do:
        visit, arguments = c.visit, [c.luck.choice(m) if isinstance(m, tuple) else m for m in more]
        return lambda w: visit_act(w, visit, *arguments)

    return act


def _at(desk_act: Callable[..., object]) -> Act:
    def act(c: Cast) -> Do:
        desk = c.desk
        return lambda w: desk_act(w, desk)

    return act


def _on_way(way_act: Callable[..., object], known: Callable[[Cast], list[str]], *more: Any) -> Act:
    def act(c: Cast) -> Do:
        name, arguments = c.any_of(known(c)), [c.luck.choice(m) if isinstance(m, tuple) else m for m in more]
        return lambda w: way_act(w, name, *arguments)

    return act


@dataclass(frozen=True)
class Row:
    """A use case, how it is done, and how often beside the others."""

    does: Callable[..., object]
    act: Act
    weight: int = 1


ACTS: tuple[Row, ...] = (
    Row(reception.arrive, _walk_in, 10),
    Row(reception.arrive, _booked, 3),
    Row(reception.arrive, _paper_number),
    Row(bookings.import_bookings, _slots),
    Row(reception.arrive, _slot_comes),
    Row(bookings.import_bookings, _import_list, 2),
    Row(desks.open_desk, _at(desks.open_desk), 12),
    Row(desks.pause_desk, _pause, 2),
    Row(desks.close_desk, _at(desks.close_desk)),
    Row(desks.pause_service, lambda c: (lambda s: lambda w: desks.pause_service(w, s, None, ""))(c.service)),
    Row(desks.resume_service, lambda c: (lambda s: lambda w: desks.resume_service(w, s))(c.service), 2),
    Row(calling.call_next, _at(calling.call_next), 12),
    Row(calling.call_visit, lambda c: (lambda d, v: lambda w: calling.call_visit(w, d, v))(c.desk, c.visit), 6),
    Row(calling.recall, _at(calling.recall), 3),
    Row(calling.miss, _at(calling.miss), 4),
    Row(calling.requeue, _at(calling.requeue), 3),
    Row(calling.rejoin, _with(calling.rejoin, (True, False)), 3),
    Row(serving.start, _at(serving.start), 10),
    Row(serving.hold, _at(serving.hold), 3),
    Row(serving.resume, lambda c: (lambda d, v: lambda w: serving.resume(w, d, v))(c.desk, c.visit), 4),
    Row(serving.finish, _finish, 10),
    Row(serving.undo, _at(serving.undo), 4),
    Row(sending.send_on, lambda c: (lambda d, s: lambda w: sending.send_on(w, d, s))(c.desk, c.service), 2),
    Row(citizen.step_out, _with(citizen.step_out, (5, 10), (True, False)), 2),
    Row(citizen.come_back, _with(citizen.come_back, (True, False)), 3),
    Row(citizen.depart, _with(citizen.depart)),
    Row(coming_back.come_back_later, _come_back),
    Row(reception.split, _with(reception.split, (("m1",), ("m2",)))),
    Row(reception.check_papers, _with(reception.check_papers, PAPERS, PAPERS), 2),
    Row(reception.set_priority, _with(reception.set_priority, (True, False))),
    Row(reception.add_note, _with(reception.add_note, "a word")),
    Row(reception.set_pathway, _with(reception.set_pathway, ("nordic", "eu_worker", "spouse"))),
    Row(reception.renew_link, _with(reception.renew_link)),
    Row(planning.journey, _journey, 4),
    Row(planning.republish, _republish, 2),
    Row(planning.republish, _forecast),
    Row(planning.warn, _with(planning.warn), 2),
    Row(planning.leave_out, _with(planning.leave_out)),
    Row(slots.join_slot, _join),
    Row(slots.any_desk, _with(slots.any_desk)),
    Row(planning.learn, lambda c: lambda w: planning.learn(w, LEARNED)),
    Row(telling.subscribe, _with(telling.subscribe, "https://push.example/one", "{}")),
    Row(telling.give_phone, _with(telling.give_phone, "+4512345678")),
    Row(telling.unsubscribe, _with(telling.unsubscribe, "phone")),
    Row(telling.send_link, _with(telling.send_link)),
    Row(telling.print_slip, _with(telling.print_slip)),
    Row(telling.tell_soon, lambda c: telling.tell_soon),
    Row(houses.change_house, _change_house),
    Row(slips.reserve, lambda c: (lambda holder: lambda w: slips.reserve(w, holder))(c.one("tablet-1", "tablet-2"))),
    Row(directory.enter, lambda c: lambda w: directory.enter(w, CLUB)),
    Row(directory.change, lambda c: lambda w: directory.change(w, replace(CLUB, place="In the hall"))),
    Row(directory.retire, lambda c: (lambda gone: lambda w: directory.retire(w, CLUB.code, gone))(c.one(True, False))),
    Row(programme.enter, lambda c: lambda w: programme.enter(w, (TALK,))),
    Row(programme.change, lambda c: (lambda n: lambda w: programme.change(w, replace(TALK, capacity=n)))(c.one(3, 4))),
    Row(programme.cancel, lambda c: lambda w: programme.cancel(w, "a-talk")),
    Row(programme.count, lambda c: lambda w: programme.count(w, "a-talk", 2)),
    Row(programme.take_season, lambda c: lambda w: programme.take_season(w, (TALK,))),
    Row(programme.sign_up, _sign_up, 2),
    Row(programme.leave, lambda c: (lambda s: lambda w: programme.leave(w, "a-talk", s))(c.any_of(c.sign_ups))),
    Row(
        programme.forget_who, lambda c: (lambda s: lambda w: programme.forget_who(w, "a-talk", s))(c.any_of(c.sign_ups))
    ),
    Row(programme.remind, lambda c: (lambda s: lambda w: programme.remind(w, [("a-talk", s)]))(c.any_of(c.sign_ups))),
    Row(referring.refer, _refer, 2),
    Row(referring.say, _on_way(referring.say, lambda c: c.referrals, (Consent.ASKED, Consent.REFUSED))),
    Row(referring.withdraw, _on_way(referring.withdraw, lambda c: c.referrals)),
    Row(referring.end, _on_way(referring.end, lambda c: c.referrals, ("met", "declined"))),
    Row(referring.erase, _with(referring.erase)),
    Row(referring.forget_due, lambda c: referring.forget_due),
    Row(hand_outs.keep_for, _with(hand_outs.keep_for, 30)),
    Row(companies.reserve, lambda c: lambda w: c.groups.append(companies.reserve(w, GROUP).id)),
    Row(companies.call_off, _on_way(companies.call_off, lambda c: c.groups)),
    Row(
        companies.check_in,
        lambda c: (lambda g: lambda w: companies.check_in(w, g, f"{g}-01", "pl"))(c.any_of(c.groups)),
    ),
    Row(displays.pair, _pair),
    Row(displays.rename, lambda c: (lambda d: lambda w: displays.rename(w, d, "Upstairs"))(c.one("screen-AAAA", "x"))),
    Row(displays.unpair, lambda c: (lambda d: lambda w: displays.unpair(w, d, w.at))(c.one("screen-BBBB", "x"))),
    Row(sweeps.close_late, lambda c: lambda w: sweeps.close_late(w, w.today - timedelta(days=1))),
    Row(sweeps.sweep, lambda c: sweeps.sweep, 4),
)
"""Who may do what; `sweep` is what the clock does, and time passes before it."""

STEPS = frozenset(
    {
        bookings.list_booking,
        calling.accept,
        calling.require_desk,
        calling.require_free,
        calling.require_in_hand,
        coming_back.expect_back,
        coming_back.lead_back,
        companies.known_group,
        displays.paired,
        hand_outs.give_hand_out,
        planning.choose,
        planning.doubt,
        planning.look_again,
        planning.promise,
        programme.known_occasion,
        reception.add_stop,
        reception.offer_reception,
        reception.release,
        reception.require_active,
        reception.settle,
        reception.with_reception,
        referring.target_of,
        sweeps.close_day,
        telling.now,
    }
)
"""Parts that several use cases share; each runs within one of those above."""


def the_rest() -> Iterator[Do | timedelta]:
    """What luck alone would take long to bring about: a family of which one is refused, the end of the day, and of a year."""
    yield lambda w: slips.reserve(w, "tablet-3")
    yield lambda w: planning.learn(w, LEARNED)
    head = "Bookingnr;Dato;Tid;Ydelse;Antal personer;Status\r\n"
    rows = "N700;25-11-2026;12:10;EU-familiemedlem;3;Booket\r\nN701;25-11-2026;12:10;EU-opholdsdokument;1;Booket\r\n"
    listed = read_bookings((head + rows).encode(), aalborg())
    newest: Callable[[Work], str] = lambda w: list(w.floor.visits)[-1]
    for service in SERVICES:
        yield lambda w, s=service: desks.resume_service(w, s)
    for desk in DESKS:
        yield from _let_go(desk)
        yield lambda w, d=desk: desks.open_desk(w, d)
    yield lambda w: bookings.import_bookings(w, listed)
    yield lambda w: reception.arrive(w, Arrival("walk_in", party(2), services=("cs.tax",), anyway=True))
    yield lambda w: reception.set_pathway(w, newest(w), "nordic")
    yield lambda w: reception.split(w, newest(w), ("m2",))
    yield lambda w: reception.arrive(w, Arrival("booked", party(2, 1), booking="N700"))
    yield lambda w: planning.journey(w, newest(w), None, None, False)
    yield lambda w: calling.call_visit(w, "siri-1", newest(w))
    yield lambda w: serving.start(w, "siri-1")
    yield lambda w: serving.finish(w, "siri-1", "issued", {"m2": "refused"})
    yield lambda w: reception.arrive(w, Arrival("booked", party(), booking="N701"))
    yield lambda w: planning.journey(w, newest(w), None, None, False)
    yield lambda w: calling.call_visit(w, "siri-2", newest(w))
    yield lambda w: serving.start(w, "siri-2")
    yield lambda w: serving.finish(w, "siri-2", "pending")
    yield lambda w: reception.arrive(w, Arrival("walk_in", party(), services=("cs.tax",), anyway=True))
    yield lambda w: calling.call_visit(w, "tax-1", newest(w))
    yield lambda w: serving.start(w, "tax-1")
    yield lambda w: serving.hold(w, "tax-1")
    yield lambda w: serving.resume(w, "tax-1", newest(w))
    yield lambda w: calling.requeue(w, "tax-1")
    slot = read_bookings(b"Skranke;Dato;Tid;Minutter;Ydelse\ntax-1;25-11-2026;14:00;20;cs.tax\n", aalborg())
    yield lambda w: bookings.import_bookings(w, slot)
    yield lambda w: slots.join_slot(w, newest(w), "cs-tax-1-1400")
    yield lambda w: slots.any_desk(w, newest(w))
    yield lambda w: desks.pause_service(w, "cs.tax", None, "")
    yield lambda w: planning.warn(w, newest(w))
    yield lambda w: desks.resume_service(w, "cs.tax")
    yield lambda w: calling.call_visit(w, "tax-1", newest(w))
    yield lambda w: serving.undo(w, "tax-1")
    yield lambda w: calling.call_visit(w, "tax-1", newest(w))
    yield lambda w: calling.recall(w, "tax-1")
    yield lambda w: calling.miss(w, "tax-1")
    yield lambda w: calling.rejoin(w, newest(w), False)
    yield lambda w: citizen.depart(w, newest(w))
    yield lambda w: citizen.come_back(w, newest(w), True)
    yield lambda w: reception.arrive(w, Arrival("walk_in", party(), services=("cs.cpr", "cs.mitid"), anyway=True))
    yield lambda w: planning.journey(w, newest(w), None, None, False)
    yield lambda w: calling.call_visit(w, "cs-1", newest(w))
    yield lambda w: calling.miss(w, "cs-1")
    kept: list[str] = []
    talk = replace(TALK, code="another-talk")
    yield lambda w: telling.subscribe(w, newest(w), "https://push.example/two", "{}")
    yield lambda w: programme.enter(w, (talk,))
    yield lambda w: programme.leave(w, talk.code, programme.sign_up(w, talk.code, newest(w), 1).id)
    yield lambda w: kept.append(programme.sign_up(w, talk.code, newest(w), 1, True).id)
    yield lambda w: kept.append(referring.refer(w, newest(w), "host", Consent.GIVEN, WORDS).id)
    yield lambda w: directory.enter(w, replace(CLUB, code="another-club"))
    yield lambda w: coming_back.come_back_later(w, newest(w), "no_time")
    yield timedelta(hours=8)
    yield sweeps.sweep
    for desk in DESKS:
        yield from _let_go(desk)
    yield sweeps.sweep
    yield lambda w: referring.refer(w, newest(w), "spouse-jobs", Consent.GIVEN, WORDS)
    yield lambda w: referring.end(w, kept[1], "met")
    yield timedelta(days=6, hours=20)
    yield lambda w: programme.remind(w, [("another-talk", kept[0])])
    yield timedelta(days=400)
    yield referring.forget_due


def _let_go(desk: str) -> Iterator[Do]:
    """Nobody is in hand at this desk: each of these is refused where it is not possible."""
    yield lambda w: calling.miss(w, desk)
    for _ in range(5):  # as long as a sitting may be
        yield lambda w: serving.finish(w, desk, "issued")
        yield lambda w: serving.finish(w, desk)
