"""One reader for each kind of table in a house file."""

from datetime import date

from app.domain.house import (
    Authority,
    BookedService,
    Demo,
    Desk,
    Hours,
    Need,
    Paper,
    Pathway,
    Question,
    Requirement,
    Rule,
    Service,
    Text,
)
from app.houses import sketch
from app.houses.tables import Table

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def authority(table: Table) -> Authority:
    """An authority with its week, closing days and special hours."""
    week = table.table("week")
    special = table.table("special", optional=True)
    read = Authority(
        code=table.text("code"),
        name=table.words("name"),
        week=tuple(week.hours(day) for day in WEEKDAYS),
        closed=table.dates("closed"),
        special=_special(special),
        early_minutes=table.whole("early_minutes"),
        late_minutes=table.whole("late_minutes"),
    )
    week.close()
    return read


def _special(table: Table) -> dict[date, tuple[Hours, ...]]:
    return {day: table.hours(written) for written in table.values if (day := table.day(written, written))}


def service(table: Table) -> Service:
    """A service with its minutes, requirements and papers."""
    minutes = table.table("minutes")
    service = Service(
        code=table.text("code"),
        authority=table.text("authority"),
        label=table.words("label"),
        short=table.words("short"),
        minutes=minutes.number("base", least=1),
        per_adult=minutes.number("adult"),
        per_child=minutes.number("child"),
        spread=minutes.number("spread", most=3),
        outcomes=table.codes("outcomes", ()),
        unlocking=frozenset(table.codes("unlocking", ())),
        requires=tuple(_requirement(need) for need in table.tables("requires")),
        papers=tuple(_need(need) for need in table.tables("papers")),
        walk_in=table.flag("walk_in", True),
        everyone=table.flag("everyone", False),
        min_age=table.whole("min_age", 0),
        afterwards=table.words("afterwards", optional=True),
        cut_off=table.whole("cut_off", 0),
    )
    minutes.close()
    return service


def _requirement(table: Table) -> Requirement:
    read = Requirement(service=table.text("service"), outcomes=frozenset(table.codes("outcomes", ())))
    table.close()
    return read


def _need(table: Table) -> Need:
    pathways = frozenset(table.codes("pathways", ()))
    hard, awaited = table.flag("hard", False), table.flag("awaited", False)
    read = Need(paper=table.text("code"), hard=hard, pathways=pathways, awaited=awaited)
    table.close()
    return read


def paper(table: Table) -> Paper:
    """A paper with its label and hint."""
    return Paper(code=table.text("code"), label=table.words("label"), hint=table.words("hint", optional=True))


def pathway(table: Table) -> Pathway:
    """A pathway with its stops in order."""
    return Pathway(
        code=table.text("code"),
        label=table.words("label"),
        stops=table.codes("stops"),
        optional=table.codes("optional", ()),
        advice=table.words("advice", optional=True),
    )


def desk(table: Table) -> Desk:
    """A desk with its services and breaks."""
    return Desk(
        code=table.text("code"),
        authority=table.text("authority"),
        label=table.words("label"),
        services=table.codes("services"),
        place=table.words("place"),
        roaming=table.flag("roaming", False),
        breaks=table.hours("breaks"),
        only=table.dates("only"),
        spot=sketch.spot(table),
    )


def booked(table: Table) -> BookedService:
    """A name that booking lists use."""
    pathway = table.text("pathway", "") or None
    read = BookedService(name=table.text("name"), service=table.text("service"), pathway=pathway)
    table.close()
    return read


def question(table: Table) -> Question:
    """A question of triage with its answers."""
    asked = table.table("answers")
    answers = {code: asked.words(code) for code in asked.values}
    return Question(code=table.text("code"), label=table.words("label"), answers=answers)


def rule(table: Table) -> Rule:
    """A line of the triage table."""
    asked = table.table("when")
    when = {question: frozenset(asked.codes(question)) for question in asked.values}
    read = Rule(when=when, pathway=table.text("pathway"), reason=table.text("reason", "") or None)
    table.close()
    return read


def refusals(file: Table) -> dict[str, Text]:
    """Every reason code with its wording."""
    found: dict[str, Text] = {}
    for table in file.tables("refusal"):
        code, label = table.text("code"), table.words("label")
        table.close()
        if file.ledger.declare("refusal", code, table.place):
            found[code] = label
    return found


def demo(table: Table) -> Demo:
    """What the demo draws from."""
    walk_ins: list[tuple[Hours, str, float]] = []
    for part in table.tables("walk_ins"):
        between, rates = part.span("between"), part.table("an_hour")
        walk_ins += [(between, pathway, rates.number(pathway)) for pathway in rates.values]
        part.close()
    by_pathway = table.table("outcomes", optional=True)
    demo = Demo(
        walk_ins=tuple(walk_ins),
        no_show=table.number("no_show", 0.0, most=1),
        outcomes={pathway: _shares(by_pathway.table(pathway)) for pathway in by_pathway.values},
        absent=table.number("absent", 0.0, most=1),
    )
    table.close()
    return demo


def _shares(table: Table) -> dict[str, float]:
    return {outcome: table.number(outcome, most=1) for outcome in table.values}
