"""A crowd in a process of its own, so that what it does costs the one that measures nothing."""

import subprocess
import sys
from typing import Self


class Apart:
    """A module of these tests run as a process: it says `there` once all of it is, and what it has seen when its input ends."""

    def __init__(self, module: str, *arguments: str) -> None:
        self._command = [sys.executable, "-m", module, *arguments]

    def __enter__(self) -> Self:
        pipe = subprocess.PIPE
        self._process = subprocess.Popen(self._command, stdin=pipe, stdout=pipe, text=True)
        assert self._process.stdout
        assert self._process.stdout.readline() == "there\n"
        return self

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._process.communicate()

    def said(self) -> str:
        """What it has seen up to now; then it is gone."""
        said, _ = self._process.communicate(timeout=60)
        return said
