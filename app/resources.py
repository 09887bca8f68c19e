"""Where the files that are not code live: in the checkout, or inside the installed wheel."""

from pathlib import Path

_HERE = Path(__file__).resolve().parent


def folder(name: str) -> Path:
    """The folder `templates`, `display` or `migrations`, wherever this copy of Samedag runs from."""
    inside = _HERE / "_files" / name
    return inside if inside.is_dir() else _HERE.parent / name
