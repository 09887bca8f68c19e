"""What `samedag site check` says of a house file."""

from pathlib import Path

from app.domain.house import House
from app.houses.mistakes import HouseRefused
from app.houses.reading import load


def check_report(path: Path) -> tuple[bool, list[str]]:
    """Whether the file at `path` is a house, and the lines to print: one a mistake, or one that says it is good."""
    try:
        return True, [f"{path.name}: good. {_counted(load(path))}"]
    except HouseRefused as refused:
        return False, [mistake.said(refused.name) for mistake in refused.mistakes]
    except OSError as unreadable:
        return False, [f"{path}: cannot be read: {unreadable.strerror}. Give the path of a house file."]


def _counted(house: House) -> str:
    counts = {
        "authorities": house.authorities,
        "services": house.services,
        "papers": house.papers,
        "pathways": house.pathways,
        "desks": house.desks,
        "organisations": house.directory,
        "events": house.programme,
    }
    listed = ", ".join(f"{len(things)} {name}" for name, things in counts.items())
    return f"Site {house.site}: {listed}."
