"""A real PostgreSQL server for tests, made from nothing and stopped afterwards."""

import os
import shutil
import socket
import subprocess
from pathlib import Path

CONNECTIONS = 200


class Postgres:
    """One cluster in `home`, on a loopback port; whoever may connect may do anything."""

    def __init__(self, home: Path) -> None:
        found = shutil.which("initdb") or max(map(str, Path("/usr/lib/postgresql").glob("*/bin/initdb")))
        self._binaries, self._home = Path(found).resolve().parent, home
        self._data, self._log = home / "data", home / "log"
        # PostgreSQL refuses to run as root.
        self._as_user = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
        if self._as_user:
            home.chmod(0o755)
            shutil.chown(home, "postgres")
        self.port = free_port()
        self.url = f"postgresql://samedag@127.0.0.1:{self.port}"
        self._run("initdb", "-D", self._data, "-U", "samedag", "-A", "trust", "-E", "UTF8", "--no-sync")

    def start(self) -> None:
        """Start and wait until it takes connections."""
        options = f"-p {self.port} -k {self._home} -c listen_addresses=127.0.0.1 -c max_connections={CONNECTIONS}"
        try:
            self._run("pg_ctl", "-D", self._data, "-w", "-l", self._log, "-o", options, "start")
        except subprocess.CalledProcessError as error:
            said = self._log.read_text() if self._log.exists() else ""
            raise RuntimeError(f"PostgreSQL did not start: {error.stderr!r} {said}") from error

    def stop(self) -> None:
        """As a power cut would, so that nothing waits."""
        self._run("pg_ctl", "-D", self._data, "-w", "-m", "immediate", "stop")

    def restart(self) -> None:
        """The server is gone for a moment, and with it every connection."""
        self.stop()
        self.start()

    def _run(self, program: str, *arguments: str | Path) -> None:
        command = [*self._as_user, self._binaries / program, *arguments]
        subprocess.run(command, check=True, cwd=self._home, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)


def free_port() -> int:
    """A loopback port that nobody listens on."""
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        port: int = s.getsockname()[1]
        return port
