"""What must make sense across a house: orders that can be walked, desks for every service, a triage without gaps."""

from collections.abc import Iterator
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from app.domain.house import Authority, Desk, Hours, House, Need, Pathway, Service
from app.domain.pathway import next_question, triage
from app.houses.mistakes import Ledger
from app.houses.references import check_references
from app.houses.tables import spell


def check(house: House, ledger: Ledger) -> None:
    """Note in `ledger` every mistake that no single table shows."""
    check_references(house, ledger)
    _check_timezone(house, ledger)
    for service in house.services.values():
        _check_papers_once(service, ledger)
        _check_served(house, service, ledger)
    for desk in house.desks.values():
        _check_owner(house, desk, ledger)
        _check_breaks(house, desk, ledger)
    for pathway in house.pathways.values():
        _check_stops(house, pathway, ledger)
    _check_circles(house, ledger)
    _check_booked_once(house, ledger)
    _check_shares(house, ledger)
    # With an unknown code among the rules every further finding would only repeat it.
    if house.rules and not ledger.mistakes:
        _check_triage(house, ledger, {})


def _check_timezone(house: House, ledger: Ledger) -> None:
    try:
        # An empty name was refused where it was read.
        ZoneInfo(house.timezone or "UTC")
    except (ZoneInfoNotFoundError, ValueError, OSError):
        what = f'nobody knows the time zone "{house.timezone}".'
        remedy = "Write a region and city, such as Europe/Copenhagen."
        ledger.wrong(("house", "timezone"), "unknown_timezone", what, remedy)


def _check_papers_once(service: Service, ledger: Ledger) -> None:
    met: set[tuple[str, str]] = set()
    for need in service.papers:
        for claim in _claims(need):
            if claim in met:
                whom = f"on pathway {claim[1]}" if claim[1] else "for everyone"
                what = f'service {service.code} asks for "{need.paper}" twice {whom}.'
                place = (*ledger.place_of("service", service.code), "papers")
                ledger.wrong(place, "duplicate_code", what, "Remove one, or name other pathways.", need.paper)
            met.add(claim)


def _claims(need: Need) -> Iterator[tuple[str, str]]:
    yield from ((need.paper, pathway) for pathway in (sorted(need.pathways) or [""]))


def _check_served(house: House, service: Service, ledger: Ledger) -> None:
    if not any(service.code in desk.services for desk in house.desks.values()):
        what = f"no desk serves {service.code}."
        remedy = f'Add "{service.code}" to the services of a desk, or remove the service.'
        ledger.wrong(ledger.place_of("service", service.code), "service_without_desk", what, remedy)


def _check_owner(house: House, desk: Desk, ledger: Ledger) -> None:
    for code in desk.services:
        owner = house.services[code].authority if code in house.services else desk.authority
        if owner != desk.authority and {owner, desk.authority} <= house.authorities.keys():
            what = f'desk {desk.code} belongs to {desk.authority} but serves "{code}" of {owner}.'
            remedy = f"Move the service to a desk of {owner}, or change the desk's authority."
            ledger.wrong((*ledger.place_of("desk", desk.code), "services"), "foreign_service", what, remedy, code)


def _check_breaks(house: House, desk: Desk, ledger: Ledger) -> None:
    authority = house.authorities.get(desk.authority)
    for rest in desk.breaks if authority else ():
        spans = _spans(authority, desk) if authority else []
        if not any(span.opens <= rest.opens and rest.closes <= span.closes for span in spans):
            what = f"desk {desk.code} has a break {spell(rest)}, which lies within no hours of {desk.authority}."
            remedy = "Move it into the hours, or remove it."
            place = (*ledger.place_of("desk", desk.code), "breaks")
            ledger.wrong(place, "break_outside_hours", what, remedy, spell(rest))


def _spans(authority: Authority, desk: Desk) -> list[Hours]:
    days = [*authority.week, *authority.special.values()]
    if desk.only:
        days = [authority.special.get(day, authority.week[day.weekday()]) for day in desk.only]
    return [span for day in days for span in day]


def _check_stops(house: House, pathway: Pathway, ledger: Ledger) -> None:
    place = ledger.place_of("pathway", pathway.code)
    for code in sorted(set(pathway.stops) & set(pathway.optional)):
        what = f'pathway {pathway.code} has "{code}" both in stops and in optional.'
        ledger.wrong((*place, "optional"), "duplicate_code", what, "Remove one.", code)
    for index, code in enumerate(pathway.stops):
        requires = house.services[code].requires if code in house.services else ()
        for later in {need.service for need in requires} & set(pathway.stops[index + 1 :]):
            what = f'pathway {pathway.code} has "{code}" before "{later}", which it requires.'
            ledger.wrong((*place, "stops"), "stops_out_of_order", what, "Swap them.", code)


def _check_circles(house: House, ledger: Ledger) -> None:
    settled: set[str] = set()
    for code in house.services:
        ring = _ring(house, (code,), settled)
        if ring:
            chain = " requires ".join(ring)
            place = (*ledger.place_of("service", ring[0]), "requires")
            what = f"{chain}: a circle, in which nobody can begin."
            ledger.wrong(place, "circular_requirement", what, "Remove one of them.", ring[1])
            settled.update(ring)


def _ring(house: House, path: tuple[str, ...], settled: set[str]) -> tuple[str, ...]:
    """The first circle of requirements met from the end of `path`, its first service repeated at its end."""
    for need in house.services[path[-1]].requires:
        if need.service in path:
            return (*path[path.index(need.service) :], need.service)
        if need.service in house.services and need.service not in settled:
            ring = _ring(house, (*path, need.service), settled)
            if ring:
                return ring
    settled.add(path[-1])
    return ()


def _check_booked_once(house: House, ledger: Ledger) -> None:
    met: set[str] = set()
    for index, booked in enumerate(house.booked):
        name = booked.name.strip().casefold()
        if name in met:
            what = f'the booked name "{booked.name}" is declared twice.'
            ledger.wrong(("booked", index, "name"), "duplicate_code", what, "Rename or remove one.")
        met.add(name)


def _check_shares(house: House, ledger: Ledger) -> None:
    for pathway, shares in house.demo.outcomes.items():
        total = sum(shares.values())
        if abs(total - 1) > 0.001:
            what = f"the shares of {pathway} add up to {total:g}."
            ledger.wrong(("demo", "outcomes", pathway), "bad_share", what, "Make them add up to 1.")


def _check_triage(house: House, ledger: Ledger, answers: dict[str, str]) -> bool:
    """Note the first answers that no rule decides; true if there are any."""
    asked = next_question(house, answers)
    if asked is not None:
        choices = house.questions[asked].answers
        return any(_check_triage(house, ledger, {**answers, asked: answer}) for answer in choices)
    if triage(house, answers):
        return False
    said = ", ".join(f"{question} = {answer}" for question, answer in answers.items())
    place = ("rule", len(house.rules) - 1)
    ledger.wrong(place, "triage_gap", f"no rule decides for {said}.", "Add a rule for it.")
    return True
