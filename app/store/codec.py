"""Values to plain JSON and back, by the type hints of the dataclasses. What it can't tell apart, it refuses at import."""

import dataclasses
import types
from collections.abc import Callable, Mapping
from datetime import date, datetime, time
from enum import Enum
from functools import cache
from operator import attrgetter
from typing import Any, TypeVar, Union, get_args, get_origin, get_type_hints

from app.domain.ids import iso, moment

T = TypeVar("T")


_AS_IT_IS = frozenset({type(None), bool, int, float, str})


def plain(value: Any) -> Any:
    """JSON for a value of the domain: moments as text, sets sorted, dataclasses as objects."""
    kind = type(value)
    return value if kind in _AS_IT_IS else _writer(kind)(value)  # type: ignore[arg-type]  # every type is hashable


@cache
def _writer(kind: type) -> Callable[[Any], Any]:
    """A function from a value of this type to JSON."""
    if issubclass(kind, Enum):
        return attrgetter("value")
    if issubclass(kind, datetime):
        return iso
    if issubclass(kind, date):
        return date.isoformat
    if issubclass(kind, time):
        return lambda v: v.isoformat("minutes")
    if issubclass(kind, (frozenset, set)):
        return lambda v: sorted(plain(x) for x in v)
    if issubclass(kind, (tuple, list)):
        return lambda v: [plain(x) for x in v]
    if issubclass(kind, Mapping):
        return lambda v: {k: plain(x) for k, x in v.items()}
    if dataclasses.is_dataclass(kind):
        names = [f.name for f in dataclasses.fields(kind)]
        return lambda v: {name: plain(getattr(v, name)) for name in names}
    raise TypeError(f"no JSON for {kind.__name__}")


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
