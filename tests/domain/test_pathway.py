"""Which stops and papers a newcomer needs, and what triage asks."""

from dataclasses import dataclass, replace

import pytest

from app.domain.house import House
from app.domain.pathway import (
    Verdict,
    members_for,
    missing_hard,
    next_question,
    papers_for,
    pathway_from,
    stops_for,
    triage,
)
from app.houses.reading import SAMPLE, load


@dataclass(frozen=True)
class Person:
    id: str
    kind: str = "adult"
    age: int | None = None


ANA = Person("1")
LEO = Person("2", "child", 12)
MIA = Person("3", "child", 13)
BABY = Person("4", "child")

FROM_THE_EU = {"purpose": "work", "stay": "long", "citizenship": "eu", "municipality": "covered", "prior_number": "no"}
FROM_AFAR = {"purpose": "work", "stay": "long", "citizenship": "other", "municipality": "covered"}


@pytest.fixture(scope="module")
def aalborg() -> House:
    return load(SAMPLE)


def test_a_worker_from_the_eu_goes_through_siri_first(aalborg: House) -> None:
    stops = [service for service, _ in stops_for(aalborg, "eu_worker", [ANA])]
    assert stops == ["siri.residence", "cs.cpr", "cs.mitid", "cs.tax"]


def test_who_has_no_booking_is_not_sent_to_siri(aalborg: House) -> None:
    stops = [service for service, _ in stops_for(aalborg, "eu_worker", [ANA], booked=False)]
    assert stops == ["cs.cpr", "cs.mitid", "cs.tax"]


def test_children_come_along_to_cpr_but_get_no_mitid_before_thirteen(aalborg: House) -> None:
    stops = dict(stops_for(aalborg, "nordic", [ANA, LEO, MIA, BABY]))
    assert stops["cs.cpr"] == ("1", "2", "3", "4")
    assert stops["cs.mitid"] == ("1", "3")


def test_a_stop_that_nobody_is_old_enough_for_is_left_out(aalborg: House) -> None:
    assert [service for service, _ in stops_for(aalborg, "nordic", [LEO])] == ["cs.cpr"]


def test_an_adult_who_tells_no_age_takes_part_in_everything(aalborg: House) -> None:
    assert members_for(aalborg.services["cs.mitid"], [ANA]) == ("1",)


def test_who_lives_elsewhere_gets_no_stop_here(aalborg: House) -> None:
    assert stops_for(aalborg, "refer_home", [ANA]) == ()


def test_papers_differ_by_pathway(aalborg: House) -> None:
    nordic = {need.paper for need in papers_for(aalborg, "nordic", "cs.cpr")}
    worker = {need.paper for need in papers_for(aalborg, "eu_worker", "cs.cpr")}
    assert ("nordic_number" in nordic, "eu_document" in nordic) == (True, False)
    assert ("nordic_number" in worker, "eu_document" in worker) == (False, True)


def test_what_holds_for_the_pathway_beats_what_holds_for_all(aalborg: House) -> None:
    assert not missing_hard(aalborg, "eu_worker", "cs.cpr", frozenset({"marriage"}))
    assert missing_hard(aalborg, "spouse", "cs.cpr", frozenset({"marriage"})) == ("marriage",)


def test_the_order_in_the_house_file_does_not_decide_which_need_holds(aalborg: House) -> None:
    service = aalborg.services["cs.cpr"]
    turned = replace(service, papers=service.papers[::-1])
    house = replace(aalborg, services={"cs.cpr": turned})
    assert missing_hard(house, "spouse", "cs.cpr", frozenset({"marriage"})) == ("marriage",)


def test_each_paper_is_asked_for_once(aalborg: House) -> None:
    papers = [need.paper for need in papers_for(aalborg, "eu_student", "siri.residence")]
    assert len(papers) == len(set(papers))


def test_a_soft_paper_never_blocks(aalborg: House) -> None:
    assert missing_hard(aalborg, "eu_worker", "cs.mitid", frozenset({"cpr_proof", "phone"})) == ()


def test_without_a_pathway_only_what_everybody_needs_is_asked_for(aalborg: House) -> None:
    assert missing_hard(aalborg, None, "cs.cpr", frozenset({"address", "nordic_number"})) == ("address",)


@pytest.mark.parametrize(
    ("answers", "pathway", "reason"),
    [
        (FROM_THE_EU, "eu_worker", None),
        (FROM_THE_EU | {"purpose": "study"}, "eu_student", None),
        (FROM_THE_EU | {"purpose": "own_means"}, "eu_self_sufficient", None),
        (FROM_THE_EU | {"purpose": "family"}, "eu_family", None),
        (FROM_THE_EU | {"purpose": "research"}, "researcher", None),
        (FROM_THE_EU | {"prior_number": "yes"}, "returning", None),
        (FROM_THE_EU | {"citizenship": "nordic"}, "nordic", None),
        (FROM_THE_EU | {"citizenship": "danish"}, "refer_home", "danish_citizen"),
        (FROM_THE_EU | {"municipality": "elsewhere"}, "refer_home", "home_municipality"),
        (FROM_THE_EU | {"stay": "short"}, "short_stay", "under_three_months"),
        (FROM_THE_EU | {"stay": "abroad"}, "frontier", "lives_abroad"),
        ({"purpose": "career"}, "career", None),
        (FROM_AFAR | {"permit": "granted"}, "third_country", None),
        (FROM_AFAR | {"permit": "applied"}, "biometrics", "permit_pending"),
        (FROM_AFAR | {"permit": "none"}, "career", "permit_missing"),
        (FROM_AFAR | {"citizenship": "british", "permit": "granted"}, "third_country", None),
        (FROM_AFAR | {"citizenship": "ukrainian_act", "permit": "none"}, "refer_home", "immigration_service"),
        (FROM_AFAR | {"citizenship": "ukrainian_act", "permit": "granted"}, "third_country", None),
        (FROM_AFAR | {"purpose": "family", "family_of": "eu_citizen"}, "eu_family", None),
        (FROM_AFAR | {"purpose": "family", "family_of": "permit_holder", "permit": "granted"}, "spouse", None),
    ],
)
def test_the_answers_decide_the_pathway(
    aalborg: House, answers: dict[str, str], pathway: str, reason: str | None
) -> None:
    assert triage(aalborg, answers) == Verdict(pathway, reason)
    assert next_question(aalborg, answers) is None


def test_triage_asks_only_while_an_answer_still_matters(aalborg: House) -> None:
    asked, answers = [], dict[str, str]()
    while question := next_question(aalborg, answers):
        asked.append(question)
        answers[question] = FROM_THE_EU[question]
    assert asked == ["purpose", "stay", "citizenship", "municipality", "prior_number"]
    assert next_question(aalborg, {"purpose": "career"}) is None


def test_nothing_is_decided_while_an_answer_is_missing(aalborg: House) -> None:
    assert pathway_from(aalborg, {"purpose": "work"}) is None
    assert pathway_from(aalborg, FROM_THE_EU) == "eu_worker"


def test_answers_that_fit_no_rule_decide_nothing_and_ask_nothing(aalborg: House) -> None:
    strange = dict.fromkeys(aalborg.questions, "whatever")
    assert triage(aalborg, strange) is None
    assert next_question(aalborg, strange) is None


def test_every_reason_has_words_for_the_citizen(aalborg: House) -> None:
    assert {rule.reason for rule in aalborg.rules if rule.reason} == set(aalborg.refusals)
