"""The country's holidays, computed, never typed."""

import os
import subprocess
import sys
from collections.abc import Iterable
from datetime import date
from functools import lru_cache
from pathlib import Path

import app

YEARS = range(2025, 2036)
"""The years a house file is read for."""


@lru_cache(maxsize=16)
def holidays_of(country: str, years: range = YEARS) -> frozenset[date]:
    """The public holidays of `country` (ISO code) in `years`; refuses an unknown country with LookupError."""
    # In a process that ends: whoever has asked the library for one country keeps all of them, 19 MB, for as long as it lives.
    asked = [sys.executable, "-m", __name__, country, str(years.start), str(years.stop)]
    root = str(Path(app.__file__).resolve().parent.parent)
    said = subprocess.run(asked, env={**os.environ, "PYTHONPATH": root}, check=True, stdout=subprocess.PIPE, text=True)
    if not said.stdout:
        raise LookupError(country)
    return frozenset(map(date.fromisoformat, said.stdout.split()))


def main() -> None:
    """Say each holiday of the country and the years that are asked for; nothing of a country that nobody knows."""
    import holidays  # here, where nothing is kept of it

    country, start, stop = sys.argv[1:]
    try:
        found = holidays.country_holidays(country, years=range(int(start), int(stop)))
    except NotImplementedError:
        return
    print(*found, sep="\n")


def each_year(days: Iterable[tuple[int, int]], years: range = YEARS) -> frozenset[date]:
    """The same (month, day) in every year; 29 February only where there is one."""
    found = (_date(year, month, day) for month, day in days for year in years)
    return frozenset(day for day in found if day)


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


if __name__ == "__main__":
    main()
