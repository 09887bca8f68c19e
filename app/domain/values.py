"""Values that never change, and how another is made of one."""

from collections.abc import Callable
from dataclasses import fields
from functools import cache
from operator import attrgetter
from typing import Any, TypeVar

T = TypeVar("T")


def replace(value: T, **changes: Any) -> T:
    """The same value with these fields other: `dataclasses.replace` in half of the time, for every move makes eight of them.

    For frozen dataclasses with slots whose fields are all given when they are made; refuses a field that there is not.
    """
    cls = type(value)
    read, writers = _slots(cls)  # type: ignore[arg-type]  # every type is hashable
    made: T = object.__new__(cls)
    for write, field in zip(writers.values(), read(value), strict=True):
        write(made, field)
    for name, field in changes.items():
        if name not in writers:
            raise TypeError(f"{cls.__name__} has no field {name}")
        writers[name](made, field)
    return made


@cache
def _slots(cls: type) -> tuple[Callable[[Any], tuple[Any, ...]], dict[str, Callable[[Any, Any], None]]]:
    """How the fields of a class are read, all at once, and how each is written past what forbids it."""
    assert not hasattr(cls, "__post_init__"), f"{cls.__name__} works something out as it is made"
    names = [f.name for f in fields(cls)]
    return attrgetter(*names), {name: getattr(cls, name).__set__ for name in names}
