"""Every code that one table of a house names must be declared by another."""

from collections.abc import Collection, Iterable

from app.domain.house import Desk, House, Pathway, Rule, Service
from app.houses.lines import Place
from app.houses.mistakes import Ledger


def check_references(house: House, ledger: Ledger) -> None:
    """Note in `ledger` each code that names nothing, at the line where it is named."""
    names = _References(house, ledger)
    names.known("service", house.reception, ("house", "reception"), "[house] reception names")
    for service in house.services.values():
        names.of_service(service, ledger.place_of("service", service.code))
    for desk in house.desks.values():
        names.of_desk(desk, ledger.place_of("desk", desk.code))
    for pathway in house.pathways.values():
        names.of_pathway(pathway, ledger.place_of("pathway", pathway.code))
    for index, rule in enumerate(house.rules):
        names.of_rule(rule, ("rule", index))
    for code in house.directory:
        names.of_entry(code)
    for code in house.programme:
        names.of_occasion(code)
    names.of_bookings()
    names.of_demo()


class _References:
    def __init__(self, house: House, ledger: Ledger) -> None:
        self.house, self.ledger = house, ledger
        self._declared: dict[str, Collection[str]] = {
            "authority": house.authorities,
            "service": house.services,
            "paper": house.papers,
            "pathway": house.pathways,
            "question": house.questions,
            "refusal": house.refusals,
            "organisation": house.directory,
        }

    def of_service(self, service: Service, place: Place) -> None:
        name = f"service {service.code}"
        self.known("authority", service.authority, (*place, "authority"), f"{name} belongs to")
        self._outcomes(service, service.unlocking, (*place, "unlocking"), f"{name} unlocks at")
        for need in service.requires:
            if self.known("service", need.service, (*place, "requires"), f"{name} requires"):
                asked = self.house.services[need.service]
                self._outcomes(asked, need.outcomes, (*place, "requires"), f"{name} requires of {asked.code}")
        for paper in service.papers:
            self.known("paper", paper.paper, (*place, "papers"), f"{name} asks for")
            self._all("pathway", paper.pathways, (*place, "papers"), f"{name} asks for {paper.paper} on")

    def of_desk(self, desk: Desk, place: Place) -> None:
        self.known("authority", desk.authority, (*place, "authority"), f"desk {desk.code} belongs to")
        self._all("service", desk.services, (*place, "services"), f"desk {desk.code} serves")

    def of_pathway(self, pathway: Pathway, place: Place) -> None:
        self._all("service", pathway.stops, (*place, "stops"), f"pathway {pathway.code} stops at")
        self._all("service", pathway.optional, (*place, "optional"), f"pathway {pathway.code} may stop at")

    def of_rule(self, rule: Rule, place: Place) -> None:
        self.known("pathway", rule.pathway, (*place, "pathway"), "a rule leads to")
        if rule.reason:
            self.known("refusal", rule.reason, (*place, "reason"), "a rule gives the reason")
        for question, answers in rule.when.items():
            if self.known("question", question, (*place, "when"), "a rule looks at"):
                known = self.house.questions[question].answers
                for answer in sorted(answers - known.keys()):
                    what = f'a rule expects "{answer}", which is no answer of question "{question}".'
                    self.ledger.unknown((*place, "when"), "answer", what, answer, known)

    def of_entry(self, code: str) -> None:
        place = self.ledger.place_of("organisation", code)
        self._all("pathway", self.house.directory[code].audience, (*place, "audience"), f"{code} is made for")

    def of_occasion(self, code: str) -> None:
        occasion, place = self.house.programme[code], self.ledger.place_of("event", code)
        self._all("pathway", occasion.audience, (*place, "audience"), f"{code} is made for")
        if occasion.host:
            self.known("organisation", occasion.host, (*place, "host"), f"{code} is hosted by")
        if code in self.house.directory:
            what = f'"{code}" is the code of an event and of an organisation.'
            self.ledger.wrong((*place, "code"), "duplicate_code", what, "Rename one of them.", code)

    def of_bookings(self) -> None:
        for index, booked in enumerate(self.house.booked):
            place, name = ("booked", index), f'the booked name "{booked.name}" stands for'
            self.known("service", booked.service, (*place, "service"), name)
            if booked.pathway:
                self.known("pathway", booked.pathway, (*place, "pathway"), name)

    def of_demo(self) -> None:
        for index, (_, pathway, _) in enumerate(self.house.demo.walk_ins):
            self.known("pathway", pathway, self._walk_ins(index), "[demo] draws")
        outcomes = {outcome for service in self.house.services.values() for outcome in service.outcomes}
        for pathway, shares in self.house.demo.outcomes.items():
            place = ("demo", "outcomes", pathway)
            self.known("pathway", pathway, place, "[demo.outcomes] draws for")
            for outcome in sorted(shares.keys() - outcomes):
                what = f'[demo.outcomes] draws "{outcome}" for {pathway}, which is no outcome of any service.'
                self.ledger.unknown(place, "outcome", what, outcome, outcomes)

    def known(self, kind: str, code: str, place: Place, said: str) -> bool:
        """Whether `code` is declared; if not, a mistake at `place`, beginning with `said`."""
        declared = self._declared[kind]
        # An empty code was refused where it was read.
        if code and code not in declared:
            self.ledger.unknown(place, kind, f'{said} "{code}", which no [[{kind}]] declares.', code, declared)
        return code in declared

    def _all(self, kind: str, codes: Iterable[str], place: Place, said: str) -> None:
        for code in sorted(codes):
            self.known(kind, code, place, said)

    def _outcomes(self, service: Service, named: Iterable[str], place: Place, said: str) -> None:
        for outcome in sorted(set(named) - set(service.outcomes)):
            what = f'{said} "{outcome}", which is no outcome of {service.code}.'
            self.ledger.unknown(place, "outcome", what, outcome, service.outcomes)

    def _walk_ins(self, index: int) -> Place:
        parts = self.house.demo.walk_ins
        spans = list(dict.fromkeys(between for between, _, _ in parts))
        return ("demo", "walk_ins", spans.index(parts[index][0]), "an_hour")
