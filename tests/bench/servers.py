"""What is measured: the floor of this machine, and the product as it is really served."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx2

from tests.postgres import free_port
from tests.server import Server

ROOT = Path(__file__).resolve().parents[2]
SHARED = next(
    (p / "shared/bench/limits" for p in ROOT.parents if (p / "shared/bench/limits/servers.py").is_file()), None
)
"""The house's own floors, kept beside the project where they are present; else ours, which does the same."""


@contextmanager
def floor_in(folder: Path) -> Iterator[int]:
    """Start the floor; its port."""
    folder.mkdir()
    port = free_port()
    app = ["--app-dir", str(SHARED), "servers:fast"] if SHARED else ["tests.bench.floor:app"]
    command = [sys.executable, "-m", "uvicorn", *app, "--host", "127.0.0.1", "--port", str(port), "--no-access-log"]
    process = subprocess.Popen(
        [*command, "--log-level", "warning"], env=os.environ | {"BENCH_DB": str(folder)}, cwd=ROOT
    )
    try:
        _wait(f"http://127.0.0.1:{port}/page")
        yield port
    finally:
        process.terminate()
        process.wait(10)


def _wait(url: str) -> None:
    for _ in range(400):
        try:
            if httpx2.get(url, timeout=2).status_code == 200:
                return
        except httpx2.TransportError:
            pass
        time.sleep(0.05)
    raise TimeoutError(f"{url} did not come up")


@contextmanager
def product(url: str, workers: int = 1, **environment: str) -> Iterator[Server]:
    """`samedag serve` over this database."""
    with Server(url, workers, **environment) as server:
        yield server


def memory_kb(server: Server) -> int:
    """Resident memory of the server and its children."""
    assert server.process
    return sum(_resident(pid) for pid in _tree(server.process.pid))


def _resident(pid: int) -> int:
    status = Path(f"/proc/{pid}/status").read_text()
    return int(status.partition("VmRSS:")[2].split()[0])


def _tree(pid: int) -> list[int]:
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [pid, *(p for child in children for p in _tree(int(child)))]
