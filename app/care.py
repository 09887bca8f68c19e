"""The part of the command line that looks after the data: replay, forget, back up, restore, and a check of everything."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from app.config import Settings
from app.store.store import Store

care = typer.Typer()

Site = Annotated[str, typer.Option("--site", help="The code of the site, such as aalborg.")]


def refuse(line: str) -> typer.Exit:
    """One clear line, and exit code 1."""
    typer.echo(line, err=True)
    return typer.Exit(1)


def open_store() -> Store:
    """The store that the settings name; its schema must be up to date."""
    from app.main import clock_of
    from app.store.migrate import pending

    settings = Settings()
    if pending(settings.database_url):
        raise refuse("The database is not up to date. Run: samedag migrate")
    return Store(settings.database_url, clock_of(settings), settings.secret_bytes())


def require_site(store: Store, site: str) -> None:
    """Refuse a site that is not entered."""
    if site not in store.sites():
        raise refuse(f"There is no site {site}. Enter it first: samedag site import FILE.toml")


@contextmanager
def progress(what: str) -> Iterator[Callable[[int], None]]:
    """Tells how far a long command is, where somebody is watching a terminal."""
    from rich.console import Console

    with Console(stderr=True).status(what) as status:
        yield lambda done: status.update(f"{what}: {done:,} rows")


@care.command()
def replay(
    site: Site,
    day: Annotated[str, typer.Option("--date", help="The local date, such as 2026-11-25.")],
    speed: Annotated[float, typer.Option(help="Tell it as it went, so many times as fast; 0: all at once.")] = 0.0,
) -> None:
    """Tell a day again from its log, and check that the rows agree."""
    from app.store import eventlog, floors

    store = open_store()
    require_site(store, site)
    wanted = date.fromisoformat(day)
    logged = store.read_here(lambda db: eventlog.of_day(db, site, wanted))
    before = logged[0].event.at if logged else None
    for entry in logged:
        e = entry.event
        if speed and before:
            time.sleep(max(0.0, (e.at - before).total_seconds() / speed))
        before = e.at
        typer.echo(f"{entry.seq:>7}  {e.at:%H:%M:%S}  {e.kind.value:<16} {e.visit or '-':<16} {e.desk or ''}")
    told = store.read_here(lambda db: eventlog.replayed(db, site, wanted))
    rows = store.read_here(lambda db: floors.read_floor(db, site, wanted))
    store.close()
    if told != rows:
        raise refuse("The log and the rows disagree. Keep a backup and ask who looks after this system.")
    typer.echo(f"{len(logged)} events; the rows agree.")


@care.command()
def purge(site: Annotated[str, typer.Option("--site", help="One site only; else all.")] = "") -> None:
    """Forget what is due: the house does it by itself once a day."""
    from app.store.retention import purge as forget
    from app.store.retention import settle_file

    store, spans = open_store(), Settings().spans()
    if site:
        require_site(store, site)
    for code in [site] if site else store.sites():
        at, today = store.clock(), store.today(store.known_here(code).house)
        step = partial(forget, site=code, at=at, today=today, spans=spans)
        gone = last = store.write_here(step)
        while last.more:
            time.sleep(0.2)  # a house that runs beside us has its turn
            last = store.write_here(step)
            gone += last
        kinds = ("personal", "answers", "links", "messages", "tokens", "actors", "days")
        typer.echo(f"{code}: " + ", ".join(f"{getattr(gone, kind)} {kind}" for kind in kinds) + " forgotten.")
    settle_file(store.engine)
    store.close()


@care.command()
def backup(file: Annotated[Path, typer.Argument(dir_okay=False, help="Where to; must not be there yet.")]) -> None:
    """Write the whole database to one file while the house runs. Without personal words: it would outlive their wiping."""
    from app.store.backup import write_backup

    if file.exists():
        raise refuse(f"{file} is there already. Choose another name.")
    store = open_store()
    with progress("Backing up") as told:
        count = write_backup(store.engine, file, store.clock(), told)
    store.close()
    typer.echo(f"{count:,} rows are in {file}.")


@care.command()
def restore(file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, readable=True)]) -> None:
    """Enter a backup into an empty database, of the same kind or another."""
    from app.store.backup import BackupRefused
    from app.store.backup import restore as enter
    from app.store.engine import make_engine
    from app.store.migrate import upgrade

    url = Settings().database_url
    upgrade(url)
    try:
        with progress("Restoring") as told:
            count = enter(make_engine(url, write=True), file, told)
    except BackupRefused as refused:
        raise refuse(str(refused)) from None
    typer.echo(
        f"{count:,} rows are entered. Use the same SAMEDAG_SECRET as before, or the links of today open nothing."
    )


@care.command()
def doctor() -> None:
    """Check database, clock, migrations, jobs and disk; exit code 1 when something is wrong."""
    from app.checkup import checkup
    from app.main import clock_of

    settings = Settings()
    found = checkup(settings, clock_of(settings))
    for what, good, said in found:
        typer.echo(f"{'ok  ' if good else 'WRONG'} {what:<11} {said}")
    if not all(good for _, good, _ in found):
        raise refuse("Something needs care: see above.")
