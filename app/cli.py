"""The command line: set up a house, its people and devices; serve; look after the data."""

import gc
import os
import sys
from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from app.care import care, open_store, refuse, require_site
from app.config import Settings
from app.store.access import Holder
from app.store.store import Store

app = typer.Typer(no_args_is_help=True, add_completion=False, help="Samedag: one ticket, one journey, one day.")
site_app = typer.Typer(no_args_is_help=True, help="Houses.")
bookings_app = typer.Typer(no_args_is_help=True, help="Booking lists.")
staff_app = typer.Typer(no_args_is_help=True, help="Local accounts.")
token_app = typer.Typer(no_args_is_help=True, help="Bearer tokens of programs.")
device_app = typer.Typer(no_args_is_help=True, help="Wall displays and kiosks.")
for name, part in {
    "site": site_app, "bookings": bookings_app, "staff": staff_app, "token": token_app, "device": device_app,
}.items():  # fmt: skip
    app.add_typer(part, name=name)
app.add_typer(care)

Site = Annotated[str, typer.Option("--site", help="The code of the site, such as aalborg.")]
File = Annotated[Path, typer.Argument(exists=True, dir_okay=False, readable=True)]
ROLES = ("clerk", "floorwalker", "manager", "admin", "display", "kiosk")


@app.command()
def migrate() -> None:
    """Bring the database up to this version."""
    from app.store.migrate import upgrade

    settings = Settings()
    upgrade(settings.database_url)
    typer.echo("The database is up to date.")


@app.command()
def serve(
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port to listen on.")] = 8000,
    workers: Annotated[int, typer.Option(help="Processes; more than one needs PostgreSQL.")] = 1,
    at: Annotated[str, typer.Option(help="Development only: start the clock at this moment, with its offset.")] = "",
    speed: Annotated[float, typer.Option(help="Development only: run the clock this much faster.")] = 1.0,
) -> None:
    """Serve the house."""
    from app.live.server import run
    from app.store.engine import is_sqlite
    from app.store.migrate import upgrade

    settings = Settings()
    if at and settings.env != "development":
        raise refuse("--at needs SAMEDAG_ENV=development: a real house keeps real time.")
    if workers > 1 and is_sqlite(settings.database_url):
        raise refuse("SQLite takes one process. Use --workers 1, or set SAMEDAG_DATABASE_URL to PostgreSQL.")
    if at:
        os.environ |= {"SAMEDAG_AT": at, "SAMEDAG_SPEED": str(speed)}
    upgrade(settings.database_url)  # once, before processes fork
    settings.secret_bytes()
    gc.disable()  # a hall waits for a restart, and nothing of what is loaded now can be let go; on again once it serves
    run(host, port, workers, settings.trusted_proxy)


@site_app.command("check")
def site_check(file: File) -> None:
    """Explain every mistake of a house file, with its line and what to do."""
    from app.houses.report import check_report

    good, lines = check_report(file)
    for line in lines:
        typer.echo(line)
    if not good:
        raise typer.Exit(1)


@site_app.command("import")
def site_import(file: File) -> None:
    """Enter a house, or let the running house read its changed file."""
    from app.actions.houses import change_house
    from app.houses.mistakes import HouseRefused
    from app.houses.reading import read_house

    text = file.read_text(encoding="utf-8")
    try:
        house = read_house(text, file.name)
    except HouseRefused as refused:
        for mistake in refused.mistakes:
            typer.echo(mistake.said(file.name), err=True)
        raise typer.Exit(1) from None
    store = open_store()
    if house.site not in store.sites():
        store.put_site(house.site, text)
        typer.echo(f"{house.site} is entered.")
    else:
        changed = store.run_here(house.site, lambda work: change_house(work, text, house), "admin:cli")
        typer.echo(f"{house.site} is changed." if changed else f"{house.site} is as it was.")
    store.close()


@bookings_app.command("import")
def bookings_import(
    file: File, site: Site, dry_run: Annotated[bool, typer.Option(help="Only say what would happen.")] = False
) -> None:
    """Take a booking list in. Good rows are taken; each bad one is named with its line."""
    from app.actions.bookings import import_bookings
    from app.domain.booking_list import ListRefused, read_bookings

    store = open_store()
    require_site(store, site)
    try:
        listed = read_bookings(file.read_bytes(), store.known_here(site).house)
    except ListRefused as refused:
        raise refuse(f"{file.name}: {refused.code}: {refused.detail}") from None
    for r in listed.rejected:
        typer.echo(f"{file.name}:{r.line}: {r.code}: {r.detail} {r.remedy}", err=True)
    if dry_run:
        typer.echo(f"{len(listed.bookings)} rows would be taken, {len(listed.rejected)} not.")
    else:
        done = store.run_here(site, lambda work: import_bookings(work, listed), "admin:cli")
        counts = f"{done.imported} imported, {done.updated} updated, {done.cancelled} cancelled"
        typer.echo(f"{counts}, {len(listed.rejected)} rejected.")
    store.close()


@staff_app.command("add")
def staff_add(
    name: str,
    role: Annotated[str, typer.Option(help=", ".join(ROLES))],
    site: Site,
    desk: Annotated[list[str] | None, typer.Option(help="A clerk's desk; may be given more than once.")] = None,
) -> None:
    """Enter a local account; the password is asked for, or read from standard input."""
    from pwdlib import PasswordHash

    from app.store.access import end_sessions, put_staff

    holder = Holder(site, name, role, tuple(desk or ()))
    store = _checked(holder)
    password = typer.prompt("Password", hide_input=True) if sys.stdin.isatty() else sys.stdin.readline().strip()
    if len(password) < 12:
        raise refuse("A password needs at least 12 characters.")
    hashed = PasswordHash.recommended().hash(password)
    store.write_here(lambda db: end_sessions(db, site, name, store.clock()))  # of what they were before
    store.write_here(lambda db: put_staff(db, holder, hashed))
    typer.echo(f"{name} may sign in as {role}.")
    store.close()


@staff_app.command("disable")
def staff_disable(name: str, site: Site) -> None:
    """Let nobody in by this account any more; whoever is in by it is out within seconds."""
    from app.store.access import disable_staff

    store = open_store()
    require_site(store, site)
    found = store.write_here(lambda db: disable_staff(db, site, name, store.clock()))
    store.close()
    if not found:
        raise refuse(f"{site} has no account {name}.")
    typer.echo(f"{name} may sign in no more.")


@token_app.command("create")
def token_create(
    role: Annotated[str, typer.Option(help=", ".join(ROLES))],
    site: Site,
    desk: Annotated[list[str] | None, typer.Option(help="A clerk's desk; may be given more than once.")] = None,
    name: Annotated[str, typer.Option(help="What the log calls the holder.")] = "program",
) -> None:
    """Make a bearer token. It is printed once."""
    from app.store.access import make_token

    holder = Holder(site, name, role, tuple(desk or ()))
    store = _checked(holder)
    typer.echo(store.write_here(lambda db: make_token(db, holder, store.clock())))
    store.close()


@device_app.command("pair")
def device_pair(
    kind: Annotated[str, typer.Option(help="display or kiosk")],
    site: Site,
    code: Annotated[str, typer.Option(help="The five letters that it shows.")] = "",
    name: Annotated[str, typer.Option(help="What staff call it.")] = "Screen",
) -> None:
    """Pair the wall display or kiosk that shows --code; without one, make the token of a display or kiosk. It is printed once."""
    if kind not in ("display", "kiosk"):
        raise refuse("--kind is display or kiosk.")
    if not code:
        token_create(kind, site, None, kind)
        return
    from app.clock import system_clock
    from app.store.devices import pair

    store = open_store()
    require_site(store, site)
    found = store.write_here(lambda db: pair(db, site, code.strip().upper(), name[:40], system_clock(), kind))
    store.close()
    if found is None:
        raise refuse(f"No {kind} of {site} shows {code}. Look at the screen again: a code has five letters.")
    typer.echo(f"{name} is paired.")


def _checked(holder: Holder) -> Store:
    if holder.role not in ROLES:
        raise refuse(f"{holder.role} is no role. Choose one of: {', '.join(ROLES)}")
    store = open_store()
    require_site(store, holder.site)
    desks = store.known_here(holder.site).house.desks
    for desk in holder.desks:
        if desk not in desks:
            raise refuse(f"{holder.site} has no desk {desk}. It has: {', '.join(desks)}")
    if holder.role == "clerk" and not holder.desks:
        raise refuse("A clerk needs a desk: --desk CODE")
    return store


@app.command()
def demo(
    port: Annotated[int, typer.Option(help="Port to serve on.")] = 8000,
    speed: Annotated[float, typer.Option(help="How many times faster than life.")] = 30.0,
    day: Annotated[str, typer.Option(help="The day to play.")] = "2026-11-25",
    bookings: Annotated[
        Path | None, typer.Option(help="A booking list; else one is drawn from the house file.")
    ] = None,
    seed: Annotated[int, typer.Option(help="Draws another day of the same kind.")] = 1,
    once: Annotated[bool, typer.Option(help="Stop when the day is over.")] = False,
) -> None:
    """Serve the sample house and play a day in it, through the public API, by a client of its own."""
    from app.demo.run import run_demo

    raise typer.Exit(run_demo(port, speed, date.fromisoformat(day), bookings, seed, once))


def main() -> None:
    """The console script."""
    from pydantic import ValidationError

    try:
        app()
    except (ValueError, ValidationError) as error:
        typer.echo(str(error), err=True)
        raise SystemExit(1) from None
