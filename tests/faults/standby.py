"""Real servers that a test may kill and have again at once: a process that has everything imported forks each of them.

A forked child runs the very `samedag serve`; only the imports were done before. What a cold start takes is measured
apart, in `test_kill.py`.
"""

import contextlib
import http.client
import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from types import TracebackType

from tests.postgres import free_port
from tests.server import SECRET

AT = "2026-11-25T09:00+01:00"


class Standby:
    """The process that forks servers for one database; with `broken`, servers that lack those protections.

    `inside` is what their command begins with, where they are to run in a place of its own.
    """

    def __init__(self, url: str, *broken: str, inside: Sequence[str] = (), **more: str) -> None:
        self._broken = broken
        self._command = [*inside, sys.executable, "-m", "tests.faults.standby", *broken]
        settings = {"DATABASE_URL": url, "ENV": "development", "SECRET": SECRET, "LOG_LEVEL": "CRITICAL"} | more
        self._environment = os.environ | {f"SAMEDAG_{k}": v for k, v in settings.items()}
        self._pids: dict[int, int] = {}

    def __enter__(self) -> "Standby":
        said = subprocess.DEVNULL if self._broken else None  # what is broken on purpose complains a lot
        pipe = subprocess.PIPE
        self._process = subprocess.Popen(
            self._command, env=self._environment, stdin=pipe, stdout=pipe, stderr=said, text=True
        )
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for port in list(self._pids):
            self.kill(port)
        try:
            self._process.communicate(timeout=60)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.communicate()

    def serve(self, port: int = 0) -> int:
        """Another server, on this port or a free one; its port, once it is ready."""
        port = port or free_port()
        assert self._process.stdin and self._process.stdout
        self._process.stdin.write(f"{port}\n")
        self._process.stdin.flush()
        self._pids[port] = int(self._process.stdout.readline())
        await_ready(port)
        return port

    def pid(self, port: int) -> int:
        """The process that serves at this port."""
        return self._pids[port]

    def kill(self, port: int) -> None:
        """As a power cut would: no goodbye."""
        pid = self._pids.pop(port)
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
            while True:
                os.kill(pid, 0)
                time.sleep(0.002)


def await_ready(port: int) -> None:
    """Wait until a server can serve."""
    end, said = time.monotonic() + 60, "nothing"
    while time.monotonic() < end:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
        try:
            connection.request("GET", "/readyz")
            answer = connection.getresponse()
            if answer.status == 200:
                return
            said = answer.read().decode()
        except (OSError, http.client.HTTPException) as error:
            said = repr(error)
        finally:
            connection.close()
        time.sleep(0.01)
    raise AssertionError(f"no server on port {port}: {said}")


def main(broken: list[str]) -> None:
    """Fork a server for each port that is asked for, until there is nobody who asks."""
    import uvloop  # noqa: F401  # what uvicorn would import by name

    import app.live.postgres
    import app.live.protocol
    import app.main  # noqa: F401  # the same
    from app.cli import serve
    from tests.faults.broken import BREAKS

    for name in broken:
        BREAKS[name]()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # the kernel buries the dead
    for line in sys.stdin:
        pid = os.fork()
        if pid == 0:
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            devnull = os.open(os.devnull, os.O_RDWR)
            os.dup2(devnull, 0)
            os.dup2(devnull, 1)
            serve("127.0.0.1", int(line), 1, AT, 1.0)
            os._exit(0)
        print(pid, flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
