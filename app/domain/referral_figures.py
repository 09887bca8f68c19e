"""How many were referred, to what kind, for whom, and how it went: counted so that nobody can be told from it."""

from collections.abc import Iterable
from dataclasses import dataclass

from app.domain.referral import OUTCOMES, Consent, Referral
from app.domain.small_cells import told

POINTED, OPEN, WITHDRAWN = "pointed", "open", "withdrawn"
COLUMNS = (*OUTCOMES, OPEN, POINTED, WITHDRAWN)
"""What became of it; `open` was passed on and is not answered, `pointed` was not passed on."""


@dataclass(frozen=True, slots=True)
class Line:
    """One kind and one audience; None where a count is hidden."""

    kind: str
    audience: str  # a pathway; "" where it is not known or was taken back
    cells: dict[str, int | None]
    total: int | None


def figures(referrals: Iterable[Referral]) -> list[Line]:
    """A line for each kind and audience there is."""
    counts: dict[tuple[str, str], dict[str, int]] = {}
    for referral in referrals:
        row = counts.setdefault((referral.kind, referral.audience or ""), dict.fromkeys(COLUMNS, 0))
        row[_became(referral)] += 1
    lines = []
    for (kind, audience), row in sorted(counts.items()):
        cells, total = told(row)
        lines.append(Line(kind, audience, cells, total))
    return lines


def _became(referral: Referral) -> str:
    if referral.consent is Consent.WITHDRAWN:
        return WITHDRAWN
    if referral.outcome is not None:
        return referral.outcome
    return OPEN if referral.consent is Consent.GIVEN else POINTED
