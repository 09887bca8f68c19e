"""The installed wheel runs without the checkout: its pages, its wall display, its migrations and its words come with it."""

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import httpx2

from tests.server import Server, prepared

ROOT = Path(__file__).parent.parent


def test_an_installed_wheel_serves_the_house_from_any_folder(tmp_path: Path) -> None:
    build = [sys.executable, "-m", "pip", "wheel", "-q", "--no-deps", "--no-build-isolation", "-w", tmp_path, ROOT]
    subprocess.run(build, check=True, capture_output=True)
    installed, elsewhere = tmp_path / "installed", tmp_path / "elsewhere"
    elsewhere.mkdir()
    with zipfile.ZipFile(next(tmp_path.glob("samedag-*.whl"))) as wheel:
        wheel.extractall(installed)
    url = f"sqlite:///{tmp_path}/samedag.db"
    where = {"cwd": elsewhere, "env": os.environ | {"PYTHONPATH": str(installed), "SAMEDAG_DATABASE_URL": url}}
    subprocess.run([sys.executable, "-m", "app", "migrate"], check=True, capture_output=True, **where)
    prepared(url, migrate=False)
    with Server(url, cwd=elsewhere, PYTHONPATH=str(installed)) as server, httpx2.Client(base_url=server.base) as http:
        danish = http.get("/", headers={"Accept-Language": "da"})
        assert danish.status_code == 200 and 'lang="da"' in danish.text
        assert http.get("/display/aalborg").status_code == 200
        assert http.get("/display-assets/display.js").status_code == 200
        assert http.get("/assets/base.css").status_code == 200
        assert http.get("/api/v1/sites/aalborg/board").json()["house"]["en"]
