"""The country's holidays, computed, never typed."""

from collections.abc import Iterable
from datetime import date
from functools import lru_cache

YEARS = range(2025, 2036)
"""The years a house file is read for."""


@lru_cache(maxsize=16)
def holidays_of(country: str, years: range = YEARS) -> frozenset[date]:
    """The public holidays of `country` (ISO code) in `years`; refuses an unknown country with LookupError."""
    # Imported here: the library takes a tenth of a second, which only the first reading should pay.
    import holidays

    try:
        return frozenset(holidays.country_holidays(country, years=years))
    except NotImplementedError as unknown:
        raise LookupError(country) from unknown


def each_year(days: Iterable[tuple[int, int]], years: range = YEARS) -> frozenset[date]:
    """The same (month, day) in every year; 29 February only where there is one."""
    found = (_date(year, month, day) for month, day in days for year in years)
    return frozenset(day for day in found if day)


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None
