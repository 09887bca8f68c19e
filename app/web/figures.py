"""Figures of referrals: by kind, audience and outcome, with small counts hidden; as page, JSON, CSV and XLSX."""

import asyncio
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Request
from fastapi.responses import Response

from app.domain.house import House, words
from app.domain.referral_figures import COLUMNS, Line, figures
from app.store import referrals as rows
from app.store.store import Known
from app.web.access import Manager
from app.web.answers import store_of
from app.web.bodies import Day
from app.web.render import page
from app.web.sheets import CSV, XLSX, Cell, csv_of, xlsx_of
from app.web.wording import language_of, translate

router = APIRouter(tags=["referrals"])
SITE = "/api/v1/sites/{site}/referrals/figures"
PAGE = "/sites/{site}/referrals"
SPAN = timedelta(days=365)

FIGURE_WORDS = {
    "kind": "Kind", "audience": "Who", "total": "All",
    "service": "Service", "organisation": "Organisation", "contact": "Contact", "event": "Event",
    "met": "Met", "no_answer": "No answer", "declined": "Declined", "open": "Not answered yet",
    "pointed": "Not passed on", "withdrawn": "Taken back", "unknown": "Not known",
}  # fmt: skip
"""What the columns and rows are called."""


@dataclass(frozen=True, slots=True)
class Counted:
    """The figures of a span of days."""

    known: Known
    since: date
    until: date
    lines: list[Line]


async def _counted(request: Request, site: str, since: date | None, until: date | None) -> Counted:
    known = await store_of(request).known(site)
    last = until or known.picture.floor.day
    first = since or last - SPAN
    zone = ZoneInfo(known.house.timezone)
    begins, ends = (
        datetime.combine(d, datetime.min.time(), zone).astimezone(UTC) for d in (first, last + timedelta(1))
    )
    found = await store_of(request).read(lambda db: rows.figures(db, site, begins, ends))
    return Counted(known, first, last, figures(found))


@router.get(SITE)
async def read_figures(
    request: Request, site: str, caller: Manager, since: Day | None = None, until: Day | None = None
) -> dict[str, Any]:
    """Referrals by kind, audience and outcome; null where a count is hidden because it is small."""
    found = await _counted(request, site, since, until)
    lines = [{"kind": x.kind, "audience": x.audience or None, **x.cells, "total": x.total} for x in found.lines]
    return {"since": found.since, "until": found.until, "lines": lines}


@router.get(PAGE, include_in_schema=False)
async def figures_page(
    request: Request, site: str, caller: Manager, since: Day | None = None, until: Day | None = None
) -> Response:
    """The same for people, with the files to take along."""
    found = await _counted(request, site, since, until)
    header, lines = _table(found.lines, found.known.house, language_of(request))
    shown: dict[str, Any] = {
        "header": header,
        "lines": lines,
        "since": found.since,
        "until": found.until,
        "caller": caller,
    }
    return page(request, "referrals/figures.html", found.known.house, **shown)


@router.get(PAGE + ".csv", include_in_schema=False)
async def figures_csv(
    request: Request, site: str, caller: Manager, since: Day | None = None, until: Day | None = None
) -> Response:
    """The table for a spreadsheet."""
    found = await _counted(request, site, since, until)
    return _file(csv_of(*_table(found.lines, found.known.house, language_of(request))), CSV, "referrals.csv")


@router.get(PAGE + ".xlsx", include_in_schema=False)
async def figures_xlsx(
    request: Request, site: str, caller: Manager, since: Day | None = None, until: Day | None = None
) -> Response:
    """The table as a workbook."""
    found = await _counted(request, site, since, until)
    language = language_of(request)
    table = _table(found.lines, found.known.house, language)
    body = await asyncio.to_thread(xlsx_of, translate("Referrals", language), *table)
    return _file(body, XLSX, "referrals.xlsx")


def _file(body: bytes, kind: str, name: str) -> Response:
    return Response(body, media_type=kind, headers={"Content-Disposition": f"attachment; filename={name}"})


def _table(lines: list[Line], house: House, language: str) -> tuple[list[str], list[list[Cell]]]:
    """The figures in words."""

    def said(code: str) -> str:
        return translate(FIGURE_WORDS[code], language)

    header = [said(code) for code in ("kind", "audience", *COLUMNS, "total")]
    return header, [[said(x.kind), _who(x, house, language), *x.cells.values(), x.total] for x in lines]


def _who(line: Line, house: House, language: str) -> str:
    path = house.pathways.get(line.audience)
    return words(path.label, language) if path else translate(FIGURE_WORDS["unknown"], language)
