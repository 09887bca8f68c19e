"""Values to plain JSON and back, by the type hints of the dataclasses. What it can't tell apart, it refuses at import."""

import dataclasses
import types
from collections.abc import Callable, Mapping
from datetime import date, datetime, time
from enum import Enum
from functools import cache
from typing import Any, TypeVar, Union, get_args, get_origin, get_type_hints

from app.domain.ids import iso, moment

T = TypeVar("T")


def plain(value: Any) -> Any:
    """JSON for a value of the domain: moments as text, sets sorted, dataclasses as objects."""
    match value:
        case None | bool() | int() | float():
            return value
        case Enum():
            return value.value
        case str():
            return value
        case datetime():
            return iso(value)
        case date():
            return value.isoformat()
        case time():
            return value.isoformat("minutes")
        case frozenset() | set():
            return sorted(plain(v) for v in value)
        case tuple() | list():
            return [plain(v) for v in value]
        case Mapping():
            return {k: plain(v) for k, v in value.items()}
        case _ if dataclasses.is_dataclass(value):
            return {f.name: plain(getattr(value, f.name)) for f in dataclasses.fields(value)}
    raise TypeError(f"no JSON for {type(value).__name__}")


def revive(cls: type[T], value: Any) -> T:
    """The value of type `cls` that `plain` wrote."""
    found: T = reader(cls)(value)  # type: ignore[arg-type]  # every type hint is hashable
    return found


@cache
def reader(hint: Any) -> Callable[[Any], Any]:
    """A function from JSON to a value of this type."""
    origin, args = get_origin(hint), get_args(hint)
    if origin in (Union, types.UnionType):
        return _optional(reader(next(a for a in args if a is not type(None))))
    if origin is tuple:
        item = reader(args[0])
        return lambda v: tuple(item(x) for x in v)
    if origin is frozenset:
        return frozenset
    if origin is not None and issubclass(origin, Mapping):
        value_of = reader(args[1])
        return lambda v: {k: value_of(x) for k, x in v.items()}
    if hint is datetime:
        return lambda v: v if isinstance(v, datetime) else moment(v)
    if hint is date:
        return lambda v: v if isinstance(v, date) else date.fromisoformat(v)
    if hint is time:
        return lambda v: v if isinstance(v, time) else time.fromisoformat(v)
    if dataclasses.is_dataclass(hint):
        return _of_fields(hint)
    if isinstance(hint, type) and issubclass(hint, Enum):
        return hint
    return lambda v: v


def _optional(read: Callable[[Any], Any]) -> Callable[[Any], Any]:
    return lambda v: None if v is None else read(v)


def _of_fields(cls: Any) -> Callable[[Any], Any]:
    hints = get_type_hints(cls)
    readers = [(f.name, reader(hints[f.name])) for f in dataclasses.fields(cls)]
    return lambda v: cls(**{name: read(v[name]) for name, read in readers if name in v})
