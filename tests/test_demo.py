"""The demo, as somebody meets it who has just fetched the project."""

import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import httpx2
import pytest

ROOT = Path(__file__).parent.parent


def _free_port() -> int:
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        port: int = s.getsockname()[1]
        return port


@pytest.mark.parametrize("told", [signal.SIGINT, signal.SIGTERM])
def test_the_demo_tells_where_to_look_and_stops_cleanly(tmp_path: Path, told: signal.Signals) -> None:
    port = _free_port()
    command = [sys.executable, "-m", "app", "demo", "--port", str(port), "--speed", "60"]
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    demo = subprocess.Popen(
        command, cwd=tmp_path, env=environment, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        start_new_session=True, preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    )  # fmt: skip
    assert demo.stdout
    said = ""
    while "wall display" not in said:
        line = demo.stdout.readline()
        assert line, said
        said += line
    assert httpx2.get(f"http://127.0.0.1:{port}/display/aalborg").status_code == 200
    if told is signal.SIGINT:
        os.killpg(demo.pid, told)  # as a terminal does: everybody in it hears Ctrl-C
    else:
        demo.send_signal(told)
    rest, _ = demo.communicate(timeout=60)
    assert demo.returncode == 0
    assert "Traceback" not in said + rest
    with pytest.raises(httpx2.TransportError):
        httpx2.get(f"http://127.0.0.1:{port}/healthz")
