"""The country's holidays, computed, never typed."""

from collections.abc import Iterable
from datetime import date
from functools import lru_cache
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType

YEARS = range(2025, 2036)
"""The years a house file is read for."""


@lru_cache(maxsize=16)
def holidays_of(country: str, years: range = YEARS) -> frozenset[date]:
    """The public holidays of `country` (ISO code) in `years`; refuses an unknown country with LookupError."""
    # Imported here: the library takes a tenth of a second, which only the first reading should pay.
    from holidays.registry import COUNTRIES

    for module, (rules, *codes) in COUNTRIES.items():
        if country in codes:
            return frozenset(getattr(_alone(module), rules)(years=years))
    raise LookupError(country)


def _alone(module: str) -> ModuleType:
    """The library's module of one country, as a file: as a part of its package it brings in 250 others, which take 8 MB."""
    import holidays

    file = Path(holidays.__file__).parent / "countries" / f"{module}.py"
    spec = spec_from_file_location(f"{__name__}.{module}", file)
    assert spec and spec.loader, "a file of Python has a loader"
    found = module_from_spec(spec)
    spec.loader.exec_module(found)
    return found


def each_year(days: Iterable[tuple[int, int]], years: range = YEARS) -> frozenset[date]:
    """The same (month, day) in every year; 29 February only where there is one."""
    found = (_date(year, month, day) for month, day in days for year in years)
    return frozenset(day for day in found if day)


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None
