"""A small disk of a test's own, that really fills up.

A tmpfs in a mount namespace: what runs inside sees it at `folder`, nobody else does, and it is gone with the process
that holds it. That needs no rights where a user may make namespaces; where nobody may, `Disk` says so by `NoDisk`.
"""

import errno
import os
import shutil
import subprocess
from pathlib import Path
from types import TracebackType

_BLOCK = bytes(4096)


class NoDisk(Exception):
    """This machine lets nobody mount anything."""


class Disk:
    """So many bytes, mounted over `folder`; what lies in `folder` before is copied onto it."""

    def __init__(self, folder: Path, size: int) -> None:
        self._folder, self._size = folder, size

    def __enter__(self) -> "Disk":
        mount = 'mount -t tmpfs -o size="$1" tmpfs "$0" && echo mounted && exec cat'
        command = ["unshare", "-rm", "sh", "-c", mount, str(self._folder), str(self._size)]
        pipe = subprocess.PIPE
        try:
            self._holder = subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe)
        except FileNotFoundError as error:
            raise NoDisk(str(error)) from error
        assert self._holder.stdout
        if self._holder.stdout.readline() != b"mounted\n":
            raise NoDisk(self._holder.communicate()[1].decode())
        self._here = Path(f"/proc/{self._holder.pid}/root{self._folder}")
        for file in self._folder.iterdir():
            shutil.copy(file, self._here)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._holder.communicate()  # with its input the process ends

    @property
    def inside(self) -> tuple[str, ...]:
        """What a command begins with to run where the disk is seen."""
        return "nsenter", "--preserve-credentials", "-U", "-m", "-t", str(self._holder.pid), f"--wd={os.getcwd()}"

    def fill(self) -> int:
        """Put a file on it that leaves no byte; how long that is."""
        with (self._here / "ballast").open("ab", buffering=0) as file:
            while True:
                try:
                    file.write(_BLOCK)
                except OSError as full:
                    if full.errno != errno.ENOSPC:
                        raise
                    return file.tell()

    def clear(self) -> None:
        """Take that file away."""
        (self._here / "ballast").unlink()

    def fetch(self, into: Path) -> None:
        """Copy what is on it to where it can be read; to be done when nobody writes."""
        for file in self._here.iterdir():
            shutil.copy(file, into)
