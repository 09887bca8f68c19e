"""Who needs which stops and papers, and what triage must ask to know it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from app.domain.house import House, Need, Rule, Service


class Person(Protocol):
    """A member of a party, as far as a pathway cares."""

    @property
    def id(self) -> str: ...

    @property
    def kind(self) -> str: ...

    @property
    def age(self) -> int | None: ...


@dataclass(frozen=True, slots=True)
class Verdict:
    """What triage found: a pathway, and a refusal of the house where somebody hoped for more."""

    pathway: str
    reason: str | None = None


def stops_for(
    house: House, pathway: str, members: Sequence[Person], *, booked: bool = True
) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Each stop of the pathway in the usual order, with its members' ids; not those nobody is old enough for.

    Without a booking, the stops that need one are left out too.
    """
    services = (house.services[code] for code in house.pathways[pathway].stops)
    offered = (service for service in services if booked or service.walk_in)
    stops = ((service.code, members_for(service, members)) for service in offered)
    return tuple((code, ids) for code, ids in stops if ids)


def members_for(service: Service, members: Sequence[Person]) -> tuple[str, ...]:
    """The ids of the members who take part in the service; a child of unknown age is taken to be too young."""
    return tuple(member.id for member in members if _old_enough(member, service.min_age))


def papers_for(house: House, pathway: str | None, service: str) -> tuple[Need, ...]:
    """The papers of a service on a pathway, each once; what names the pathway beats what holds for all."""
    needs: dict[str, Need] = {}
    for need in house.services[service].papers:
        if pathway in need.pathways or (not need.pathways and need.paper not in needs):
            needs[need.paper] = need
    return tuple(needs.values())


def missing_hard(house: House, pathway: str | None, service: str, missing: frozenset[str]) -> tuple[str, ...]:
    """Which of the `missing` papers block this service on this pathway, in the checklist's order."""
    needs = papers_for(house, pathway, service)
    return tuple(need.paper for need in needs if (need.hard or need.awaited) and need.paper in missing)


def awaited(house: House, pathway: str | None, service: str, missing: frozenset[str]) -> tuple[str, ...]:
    """Which of the `missing` papers may still come today by themselves, such as a witness."""
    needs = papers_for(house, pathway, service)
    return tuple(need.paper for need in needs if need.awaited and need.paper in missing)


def triage(house: House, answers: Mapping[str, str]) -> Verdict | None:
    """What the answers (question -> answer) decide; None while more must be asked, or when no rule fits."""
    rule = _first_possible(house, answers)
    decided = rule is not None and rule.when.keys() <= answers.keys()
    return Verdict(rule.pathway, rule.reason) if rule and decided else None


def pathway_from(house: House, answers: Mapping[str, str]) -> str | None:
    """The pathway that the answers decide, if they do."""
    verdict = triage(house, answers)
    return verdict.pathway if verdict else None


def next_question(house: House, answers: Mapping[str, str]) -> str | None:
    """The question whose answer matters next; None when triage is decided, or when no rule can fit any more."""
    rule = _first_possible(house, answers)
    open_still = rule.when.keys() - answers.keys() if rule else set()
    return next((code for code in house.questions if code in open_still), None)


def _first_possible(house: House, answers: Mapping[str, str]) -> Rule | None:
    return next((rule for rule in house.rules if _may_fit(rule, answers)), None)


def _may_fit(rule: Rule, answers: Mapping[str, str]) -> bool:
    return all(question not in answers or answers[question] in fits for question, fits in rule.when.items())


def _old_enough(member: Person, least: int) -> bool:
    if member.age is not None:
        return member.age >= least
    return member.kind != "child" or least == 0
