"""Parts of pages as they were made before: kept for whoever looks, and made anew when anything that they show has changed.

A form within a kept part keeps its key, so whoever sends one forgets the part: a key is good for one act.
"""

from collections import OrderedDict
from collections.abc import Callable, Hashable

from markupsafe import Markup

MOST = 500


class Kept:
    """The parts of one page."""

    def __init__(self) -> None:
        self._parts: dict[str, tuple[object, Markup]] = {}

    def part(self, template: str, shows: object, make: Callable[[], Markup]) -> Markup:
        """The part as it was made before, while what it shows is equal to what it showed then."""
        found = self._parts.get(template)
        if found is None or found[0] != shows:
            found = self._parts[template] = shows, make()
        return found[1]


class KeptParts:
    """The parts of the pages that were looked at last."""

    def __init__(self) -> None:
        self._pages: OrderedDict[Hashable, Kept] = OrderedDict()

    def of(self, page: Hashable) -> Kept:
        """The parts of a page."""
        kept = self._pages.setdefault(page, Kept())
        self._pages.move_to_end(page)
        if len(self._pages) > MOST:
            self._pages.popitem(last=False)
        return kept

    def forget(self, page: Hashable) -> None:
        """Make the parts of a page anew."""
        self._pages.pop(page, None)
