"""Figures about few people tell who they are: counts of one to four are hidden, and what would give them away too.

Rows are told with their total, columns without one; so a hidden count can be worked out from its row alone.
"""

from collections.abc import Mapping

LEAST = 5


def told(row: Mapping[str, int]) -> tuple[dict[str, int | None], int | None]:
    """The cells of a row and its total, None where hidden.

    What is hidden adds up to at least five where the total is told: else the next smallest count goes with it.
    """
    hidden = {name for name, n in row.items() if 0 < n < LEAST}
    while (hidden and sum(row[name] for name in hidden) < LEAST) or len(hidden) == 1:
        others = sorted((n, name) for name, n in row.items() if name not in hidden and n)
        if not others:
            break
        hidden.add(others[0][1])
    total = sum(row.values())
    lone = len(hidden) == 1 or 0 < sum(row[name] for name in hidden) < LEAST
    return {name: None if name in hidden else n for name, n in row.items()}, None if lone else total
