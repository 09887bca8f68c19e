"""The contracts of the design: who may know whom. Each is broken once on purpose, to see it caught.

Import-linter's own contracts are in pyproject.toml and run in `make check`; what it cannot say is read from the source here.
"""

import ast
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
APP = ROOT / "app"

BREAKS = {
    "Layers": ("store/links.py", "import app.web.errors"),
    "The rules are pure": ("domain/ids.py", "import sqlalchemy"),
    "Screens are shown": ("screens/board.py", "import app.store.work"),
    "Use cases know neither": ("actions/houses.py", "import sqlalchemy"),
    "Use cases stand side by side": ("actions/sending.py", "import app.actions.serving"),
}
"""By the beginning of a contract's name: the line that breaks it, and where."""


def test_each_contract_of_import_linter_is_caught_when_it_is_broken(tmp_path: Path) -> None:
    shutil.copytree(APP, tmp_path / "app", ignore=shutil.ignore_patterns("__pycache__", "*.po"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    for file, line in BREAKS.values():
        broken = tmp_path / "app" / file
        broken.write_text(f"{broken.read_text(encoding='utf-8')}\n{line}\n", encoding="utf-8")
    lint = "from importlinter.cli import lint_imports_command as lint; lint(['--no-cache'])"
    where = os.environ | {"PYTHONPATH": str(tmp_path), "NO_COLOR": "1", "COLUMNS": "200"}
    run = subprocess.run([sys.executable, "-c", lint], cwd=tmp_path, env=where, capture_output=True, text=True)
    assert run.returncode == 1
    verdicts = [line for line in run.stdout.splitlines() if " KEPT" in line or " BROKEN" in line]
    for name in BREAKS:
        assert any(line.startswith(name) and "BROKEN" in line for line in verdicts), (name, run.stdout)
    assert len(verdicts) == len(BREAKS), "a contract of pyproject.toml is not broken here"


Found = Iterator[str]
Rule = Callable[[str, ast.Module], Found]
"""Looks at one module, by its path below app/, and says what it does that it must not."""


def _imported(tree: ast.Module) -> Iterator[tuple[str, str]]:
    """Module and name of everything that is imported, wherever in the file."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((alias.name, "") for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from ((node.module or "", alias.name) for alias in node.names)


OUTSIDE = {"os", "io", "socket", "sqlite3", "pathlib", "asyncio", "threading", "time"}
"""Parts of the standard library that reach outside, which the rules do not."""


def rules_need_nothing_but_the_standard_library(path: str, tree: ast.Module) -> Found:
    """The rules do no I/O and could run anywhere."""
    if not path.startswith("domain/"):
        return
    for module, _ in _imported(tree):
        top = module.split(".")[0]
        if top in OUTSIDE or (top not in sys.stdlib_module_names and not module.startswith("app.domain")):
            yield module


def one_module_touches_the_events_table(path: str, tree: ast.Module) -> Found:
    """The log is written once and never changed: nobody else has the table in hand."""
    if path in ("store/eventlog.py", "store/tables.py"):
        return
    yield from (f"{m}.{n}" for m, n in _imported(tree) if (m, n) == ("app.store.tables", "events"))
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and ast.unparse(node) in ("tables.events", "t.events"):
            yield ast.unparse(node)


READS_SETTINGS = ("config.py", "cli.py", "main.py", "care.py", "demo/run.py")
"""The ways in: the command line, the server, the demo. Everything else is handed what it needs."""
PASSES_ON = ("live/foresight.py", "demo/run.py", "cli.py")
"""These hand their own environment to a process that they start."""


def settings_are_read_once(path: str, tree: ast.Module) -> Found:
    """Nobody asks the environment on the way."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and node.attr in ("environ", "getenv") and path not in PASSES_ON:
            yield f"os.{node.attr}"
        makes = isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Settings"
        if makes and path not in READS_SETTINGS:
            yield "Settings()"


def the_clock_is_handed_down(path: str, tree: ast.Module) -> Found:
    """One module asks for the time; everybody else is told. How long something took is no time of day."""
    if path == "clock.py":
        return
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            said = ast.unparse(node.func)
            if said in {
                "datetime.now",
                "datetime.utcnow",
                "datetime.today",
                "date.today",
                "time.time",
                "time.localtime",
            }:
                yield f"{said}()"


RULES: dict[Rule, tuple[str, str]] = {
    rules_need_nothing_but_the_standard_library: ("domain/line.py", "import httpx2"),
    one_module_touches_the_events_table: ("store/floors.py", "from app.store.tables import events"),
    settings_are_read_once: ("web/render.py", "import os\nhome = os.environ['HOME']"),
    the_clock_is_handed_down: ("domain/sight.py", "now = datetime.now(UTC)"),
}
"""Each rule with a module that would break it, and how."""


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_the_source_keeps_to(rule: Rule) -> None:
    found = {}
    for file in sorted(APP.rglob("*.py")):
        path = file.relative_to(APP).as_posix()
        if broken := list(rule(path, ast.parse(file.read_text(encoding="utf-8")))):
            found[path] = broken
    assert found == {}


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_a_break_is_found_by(rule: Rule) -> None:
    path, source = RULES[rule]
    assert list(rule(path, ast.parse(source)))
