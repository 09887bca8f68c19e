"""Figures that the fault tests measured, said at the end of the run: none of them is asserted."""

from collections.abc import Callable

import pytest

_measured: list[str] = []


@pytest.fixture
def measured() -> Callable[[str], None]:
    """Say a figure at the end of the run."""
    return _measured.append


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Under xdist the workers' figures are lost; `make soak` runs in one process."""
    for line in _measured:
        terminalreporter.write_line(f"measured: {line}")
