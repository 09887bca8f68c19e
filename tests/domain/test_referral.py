"""What is suggested to whom, and what may follow what a citizen has said."""

from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from app.domain.errors import Refusal, Refused
from app.domain.ids import moment
from app.domain.referral import SAID, Consent, Reason, Suggestion, said, suggest
from app.domain.visit import Member, Visit
from tests.builders import MORNING, aalborg, party

ZONE = ZoneInfo("Europe/Copenhagen")
ALONE = Visit("20261125-101", 101, "walk_in", party(1), "en", MORNING, "ihnd")
SEPTEMBER = moment("2026-09-01T08:00:00Z")


def suggested(visit: Visit, at: datetime = MORNING) -> dict[str, Suggestion]:
    house = aalborg()
    found = suggest(visit, house.directory.values(), house.programme.values(), ZONE, at)
    return {s.to.code: s for s in found}


def test_a_spouse_is_pointed_to_the_spouse_programme_with_the_reason() -> None:
    found = suggested(replace(ALONE, pathway="spouse"))
    assert found["spouse-jobs"].reasons == (Reason("audience", "spouse"),)
    assert found["partners-2"].reasons == (Reason("audience", "spouse"), Reason("soon", "2027-01-20"))


def test_a_student_in_september_is_pointed_to_the_welcome_and_in_november_is_not() -> None:
    student = replace(ALONE, pathway="eu_student")
    assert "welcome-students" in suggested(student, SEPTEMBER)
    assert "welcome-students" not in suggested(student)
    assert suggested(student, SEPTEMBER)["welcome-students"].kind == "event"


def test_a_family_is_pointed_to_what_is_made_for_children() -> None:
    family = replace(ALONE, members=(Member("m1", "adult"), Member("m2", "child", 3)), language="ar")
    assert suggested(family)["families"].reasons == (Reason("children"), Reason("language", "ar"))
    assert "families" not in suggested(ALONE)


def test_of_a_series_only_the_next_event_is_suggested() -> None:
    found = [c for c in suggested(replace(ALONE, pathway="career")) if c.startswith("job-search")]
    assert found == ["job-search-20261125"]


def test_nothing_is_suggested_without_a_reason() -> None:
    assert suggested(ALONE) == {}


@pytest.mark.parametrize("before", list(Consent))
@pytest.mark.parametrize("now", list(Consent))
def test_consent_goes_by_its_table_and_withdrawn_is_the_end(before: Consent, now: Consent) -> None:
    if now in SAID[before]:
        assert said(before, now) is now
    else:
        with pytest.raises(Refused) as refused:
            said(before, now)
        assert refused.value.code is Refusal.CONSENT_NOT_OPEN
    assert not SAID[Consent.WITHDRAWN]
