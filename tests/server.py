"""A real server in a process of its own, that a test may kill."""

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from types import TracebackType

import httpx2

from app.store.access import Holder, make_token
from app.store.store import Store
from tests.builders import MORNING, SAMPLE, Clock

SECRET = "a secret that only the tests know."


def prepared(url: str, migrate: bool = True) -> str:
    """Enter the sample house into a database and make an admin's token."""
    from app.store.migrate import upgrade

    if migrate:
        upgrade(url)
    store = Store(url, Clock(), SECRET.encode())
    store.put_site("aalborg", SAMPLE.read_text(encoding="utf-8"))
    token = store.write_here(lambda db: make_token(db, Holder("aalborg", "test", "admin", ()), MORNING))
    store.close()
    return token


class Server:
    """`samedag serve` on a free port; the clock starts in the morning of an open day."""

    def __init__(self, url: str, workers: int = 1, cwd: Path | None = None, **environment: str) -> None:
        with socket.socket() as s:
            s.bind(("127.0.0.1", 0))
            self.port: int = s.getsockname()[1]
        self.base = f"http://127.0.0.1:{self.port}"
        self.url, self._workers, self._cwd = url, workers, cwd
        self._environment = os.environ | {
            "SAMEDAG_DATABASE_URL": url,
            "SAMEDAG_ENV": "development",
            "SAMEDAG_SECRET": SECRET,
            "SAMEDAG_BASE_URL": self.base,
            **environment,
        }
        # An installed server finds its compiled modules; a restart that compiles them anew would not be its own.
        self._environment.pop("PYTHONDONTWRITEBYTECODE", None)
        self.process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> "Server":
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def start(self) -> float:
        """Start and wait until it can serve; seconds that took."""
        begun = time.monotonic()
        command = [sys.executable, "-m", "app", "serve", "--port", str(self.port), "--workers", str(self._workers)]
        command += ["--at", "2026-11-25T09:00+01:00"]
        self.process = subprocess.Popen(command, env=self._environment, cwd=self._cwd, start_new_session=True)
        for _ in range(400):
            try:
                if httpx2.get(f"{self.base}/readyz", timeout=2).status_code == 200:
                    return time.monotonic() - begun
            except httpx2.TransportError:
                time.sleep(0.05)
        raise AssertionError("the server did not start")

    def kill(self) -> None:
        """As a power cut would: no goodbye."""
        assert self.process
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def stop(self) -> None:
        """As an administrator would."""
        if self.process and self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGTERM)
            try:
                self.process.wait(timeout=10)
            except subprocess.TimeoutExpired:
                self.kill()
