"""README, CHANGELOG and help say what is there."""

import re
import subprocess
from pathlib import Path

from app.config import Settings

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_every_setting_is_in_the_readme_and_no_other() -> None:
    told = set(re.findall(r"`(SAMEDAG_[A-Z_]+)`", README.partition("## Settings")[2].partition("\n## ")[0]))
    assert told == {f"SAMEDAG_{name.upper()}" for name in Settings.model_fields}


def test_every_picture_and_file_that_the_readme_names_is_there() -> None:
    for named in re.findall(r'\((\.readme/[^)]+)\)|src="([^"]+)"', README):
        assert (ROOT / (named[0] or named[1])).is_file(), named
    for module in re.findall(r"`(app/[a-z_/]+(?:\.py|\.toml)?)`", README):
        assert (ROOT / module).exists(), module


def test_help_lists_every_target_that_is_meant_for_people() -> None:
    said = subprocess.run(["make", "-s", "help"], cwd=ROOT, check=True, capture_output=True, text=True).stdout
    for target in ("install", "demo", "check", "bench", "soak", "screens", "words", "wire", "lock", "clean"):
        assert re.search(rf"^{target}\b", said, re.M), target
