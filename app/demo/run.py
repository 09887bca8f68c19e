"""Sets the demo up, serves it in one process and plays it from another."""

import asyncio
import os
import secrets
import signal
import subprocess
import sys
import time
from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import httpx2
import typer
from pwdlib import PasswordHash

from app.clock import system_clock
from app.demo import draw
from app.demo.play import Player, Tally
from app.domain import hours
from app.domain.house import House
from app.domain.ids import iso
from app.houses.reading import SAMPLE, load
from app.store.access import Holder, make_token, put_staff
from app.store.migrate import upgrade
from app.store.store import Store

HOME = Path("var")
PASSWORD = "a-day-in-aalborg"
EARLY = timedelta(minutes=25)


def run_demo(port: int, speed: float, day: date, bookings: Path | None, seed: int, once: bool) -> int:
    """Play the day; 0 when nothing went wrong. Ctrl-C or SIGTERM stops both processes cleanly."""
    house = load(SAMPLE)
    spans = [s for a in house.authorities for s in hours.open_intervals(house, a, day)]
    if not spans:
        typer.echo(f"The house is closed on {day}. Choose an open day: --day 2026-11-25", err=True)
        return 1
    start = min(s[0] for s in spans).astimezone(ZoneInfo(house.timezone)) - EARLY
    token, environment = _prepare(port)
    signal.signal(
        signal.SIGTERM, signal.default_int_handler
    )  # told to end is Ctrl-C to us: the server must not outlive us
    command = [sys.executable, "-m", "app", "serve", "--port", str(port), "--at", iso(start), "--speed", str(speed)]
    server = subprocess.Popen(command, env=environment)
    try:
        base = f"http://127.0.0.1:{port}"
        if not _ready(base, server):
            typer.echo(f"The server did not start. Is port {port} free? Try PORT=8001 make demo", err=True)
            return 1
        _tell(base, speed, day)
        listed = bookings.read_bytes() if bookings else draw.booking_list(house, day, seed)
        tally = asyncio.run(_play(base, token, house, day, seed, speed, listed))
        good = _report(tally, base, token, house)
        if not once:
            typer.echo("The day is over; the pages stay up until you press Ctrl-C.")
            server.wait()
        return 0 if good else 1
    except KeyboardInterrupt:
        return 0
    finally:
        server.send_signal(signal.SIGTERM)
        server.wait(timeout=15)


def _prepare(port: int) -> tuple[str, dict[str, str]]:
    """A fresh database with the sample house, one token for the players and one account for you."""
    home = HOME / f"demo-{port}"  # two demos at once must not share a day
    home.mkdir(parents=True, exist_ok=True)
    for old in home.glob("samedag.db*"):
        old.unlink()
    url = f"sqlite:///{home.resolve()}/samedag.db"
    upgrade(url)
    store = Store(url, system_clock, secrets.token_bytes(32))
    store.put_site("aalborg", SAMPLE.read_text(encoding="utf-8"))
    # The demo's clock stands on another day than ours: a token without an end is good on both.
    player = Holder("aalborg", "demo", "admin", ())
    token = store.write_here(lambda db: make_token(db, player, system_clock()))
    hashed = PasswordHash.recommended().hash(PASSWORD)
    store.write_here(lambda db: put_staff(db, player, hashed))
    store.close()
    more = {"SAMEDAG_DATABASE_URL": url, "SAMEDAG_ENV": "development", "SAMEDAG_BASE_URL": f"http://127.0.0.1:{port}"}
    return token, os.environ | more | {"SAMEDAG_SECURE_COOKIES": "false", "SAMEDAG_SECRET": secrets.token_hex(32)}


def _ready(base: str, server: "subprocess.Popen[bytes]") -> bool:
    for _ in range(150):
        if server.poll() is not None:
            return False
        try:
            if httpx2.get(f"{base}/readyz", timeout=2).status_code == 200:
                return True
        except httpx2.TransportError:
            pass
        time.sleep(0.1)
    return False


def _tell(base: str, speed: float, day: date) -> None:
    typer.echo(f"\nA day at International House, {day}, {speed:g} times as fast. Sign in as demo / {PASSWORD}\n")
    for what, path in {
        "wall display": "/display/aalborg",
        "tablet": "/sites/aalborg/floor",
        "a desk": "/sites/aalborg/desks/cs-1",
        "kiosk": "/sites/aalborg/kiosk",
        "manager": "/sites/aalborg/manager",
        "API": "/docs",
    }.items():
        typer.echo(f"  {what:<14}{base}{path}")


async def _play(base: str, token: str, house: House, day: date, seed: int, speed: float, listed: bytes) -> Tally:
    async with httpx2.AsyncClient(base_url=base) as client:
        board = (await client.get(f"/api/v1/sites/{house.site}/board")).json()
    player = Player(base, token, house, day, seed, speed, datetime.fromisoformat(board["at"]))
    task = asyncio.create_task(player.play(listed))
    shown = ""
    while not task.done():
        await asyncio.wait([task], timeout=1)
        shown = await _progress(player, base, token, house, shown)
    return task.result()


async def _progress(player: Player, base: str, token: str, house: House, shown: str) -> str:
    """One line that says how the day goes, and the first phone to follow."""
    local = player.now().astimezone(ZoneInfo(house.timezone))
    line = f"  {local:%H:%M}  arrived {player.tally.arrived:>3}   calls {player.tally.calls:>4}   errors {len(player.tally.errors)}"
    if sys.stdout.isatty():
        typer.echo(f"\r{line}", nl=False)
    elif f"{local:%H}" != shown[:2]:
        typer.echo(line)
    if "link" not in shown and player.tally.arrived:
        async with httpx2.AsyncClient(base_url=base, headers={"Authorization": f"Bearer {token}"}) as client:
            visits = (await client.get(f"/api/v1/sites/{house.site}/visits?active=true")).json()
        if visits:
            typer.echo(f"\n  {'a phone':<14}{visits[0]['link']}")
            return f"{local:%H} link"
    return f"{local:%H}" + (" link" if "link" in shown else "")


def _report(tally: Tally, base: str, token: str, house: House) -> bool:
    """What the day came to; whether every visit was finished or honestly carried over."""
    headers = {"Authorization": f"Bearer {token}"}
    day = httpx2.get(f"{base}/api/v1/sites/{house.site}/manager", headers=headers, timeout=20).json()
    typer.echo(
        f"\n  {day['arrived']} parties: {day['finished']} finished, {day['carried_over']} carried over, {day['left']} left, "
        f"{day['in_house']} open. {tally.calls} calls, {tally.two_places} in two places, {len(tally.errors)} errors."
    )
    for error in tally.errors[:10]:
        typer.echo(f"    {error}", err=True)
    return not tally.errors and not tally.two_places and day["in_house"] == 0
