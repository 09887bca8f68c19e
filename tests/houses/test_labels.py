"""What citizens read of the sample house is worded in every language of the house; proper names need no translation."""

from collections.abc import Iterator
from dataclasses import replace

from app.domain.house import House, Text
from tests.builders import aalborg


def read_by_citizens(house: House) -> Iterator[Text]:
    """Every wording that phone, kiosk and ticket can show."""
    yield from (a.name for a in house.authorities.values())
    for service in house.services.values():
        yield from (service.label, service.short, service.afterwards)
    for paper in house.papers.values():
        yield from (paper.label, paper.hint)
    for desk in house.desks.values():
        yield from (desk.label, desk.place)
    for pathway in house.pathways.values():
        yield from (pathway.label, pathway.advice)
    yield from house.refusals.values()
    yield from (room.label for room in (house.sketch.rooms if house.sketch else ()))


def unsaid(house: House) -> list[tuple[str, str]]:
    """Language and English words of each wording that is missing; one that is the same in Danish and English is a name."""
    told = [text for text in read_by_citizens(house) if text and text["da"] != text["en"]]
    return [(code, text["en"]) for text in told for code in house.languages if not text.get(code)]


def test_every_language_of_the_house_is_spoken() -> None:
    assert unsaid(aalborg()) == []


def test_a_wording_that_lacks_a_language_is_found() -> None:
    house = aalborg()
    tax = house.services["cs.tax"]
    poorer = replace(tax, label={code: text for code, text in tax.label.items() if code != "pl"})
    assert unsaid(replace(house, services={**house.services, "cs.tax": poorer})) == [("pl", "Tax card (skattekort)")]
