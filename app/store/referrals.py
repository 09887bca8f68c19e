"""The way on of a visit in rows: referrals, the words that go with them, hand-outs, and the links that outlive a ticket.

Whatever is about a citizen here can be deleted for good: the log holds none of it.
"""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Connection, delete, insert, select, update

from app.domain.referral import Referral
from app.store import tables
from app.store.codec import plain, revive
from app.store.links import hash_of
from app.store.work import Work

r, w, h, ways = tables.referrals, tables.kept_words, tables.hand_outs, tables.ways


@dataclass(frozen=True, slots=True)
class HandOut:
    """What a citizen keeps of a visit, for as long as they chose."""

    visit: str
    day: date
    language: str
    until: datetime


@dataclass(frozen=True, slots=True)
class Way:
    """What a link of this kind opens."""

    kind: str  # hand_out, receiver or group
    site: str
    leads_to: str


def of_visit(db: Connection, site: str, visit: str) -> list[Referral]:
    """The referrals of a visit, oldest first."""
    rows = db.execute(select(r).where(r.c.site_id == site, r.c.visit == visit).order_by(r.c.made_at, r.c.id)).mappings()
    return [revive(Referral, row) for row in rows]


def find(db: Connection, site: str, referral: str) -> Referral | None:
    """One referral; None when there is none, or nothing is left of it."""
    row = db.execute(select(r).where(r.c.site_id == site, r.c.id == referral)).mappings().first()
    return revive(Referral, row) if row else None


def referral_of(work: Work, referral: str) -> Referral | None:
    """The same within a work."""
    return work.aside(("referral", referral), lambda db: find(db, work.site, referral))


def put(work: Work, referral: Referral) -> None:
    """Write a referral, new or changed."""
    row = {"site_id": work.site, **plain(referral), "made_at": referral.made_at}
    here = (r.c.site_id == work.site, r.c.id == referral.id)

    def write(db: Connection) -> None:
        if db.execute(update(r).where(*here).values(row)).rowcount == 0:
            db.execute(insert(r).values(**row))

    work.set_aside(("referral", referral.id), referral, write)


def words(db: Connection, site: str, about: str) -> dict[str, str]:
    """The citizen's words that are kept about a referral or a sign-up."""
    rows = db.execute(select(w.c.kind, w.c.value).where(w.c.site_id == site, w.c.about == about))
    return {row.kind: row.value for row in rows}


def words_of(work: Work, about: str) -> dict[str, str]:
    """The same within a work."""
    return work.aside(("words", about), lambda db: words(db, work.site, about))


def keep_words(work: Work, about: str, said: dict[str, str], until: datetime) -> None:
    """Keep words until a moment at the latest."""
    rows = [
        {"site_id": work.site, "about": about, "kind": kind, "value": value, "until": until}
        for kind, value in said.items()
        if value
    ]

    def write(db: Connection) -> None:
        db.execute(delete(w).where(w.c.site_id == work.site, w.c.about == about, w.c.kind.in_(list(said))))
        if rows:
            db.execute(insert(w), rows)

    work.set_aside(("words", about), {**words_of(work, about), **said}, write)


def forget_words(work: Work, about: str) -> None:
    """Forget every word about a referral or a sign-up."""
    here = (w.c.site_id == work.site, w.c.about == about)
    work.set_aside(("words", about), {}, lambda db: db.execute(delete(w).where(*here)))


def forget_sendings(work: Work, visit: str) -> None:
    """Forget what the outbox holds for a visit, sent or not."""
    o = tables.outbox
    work.later(lambda db: db.execute(delete(o).where(o.c.site_id == work.site, o.c.visit == visit)))


def subscriptions(work: Work, visit: str) -> dict[str, str]:
    """The push subscriptions of a visit's phones, while its day runs."""
    p = tables.personal
    here = (p.c.site_id == work.site, p.c.visit == visit, p.c.kind.like("push.%"))
    query = select(p.c.kind, p.c.value).where(*here)
    return work.aside(("push", visit), lambda db: {row.kind: row.value for row in db.execute(query)})


def overdue(db: Connection, site: str, at: datetime) -> list[str]:
    """Whose words must be forgotten by now."""
    here = (w.c.site_id == site, w.c.until <= at)
    return list(db.execute(select(w.c.about).where(*here).distinct().limit(500)).scalars())


def hand_out(db: Connection, site: str, visit: str) -> HandOut | None:
    """The hand-out of a visit."""
    row = db.execute(select(h).where(h.c.site_id == site, h.c.visit == visit)).mappings().first()
    return revive(HandOut, row) if row else None


def hand_out_of(work: Work, visit: str) -> HandOut | None:
    """The same within a work."""
    return work.aside(("hand_out", visit), lambda db: hand_out(db, work.site, visit))


def put_hand_out(work: Work, found: HandOut) -> None:
    """Keep a hand-out, new or with another end, and open its link until then."""
    row = {"site_id": work.site, "visit": found.visit, "day": found.day, "language": found.language}

    def write(db: Connection) -> None:
        db.execute(delete(h).where(h.c.site_id == work.site, h.c.visit == found.visit))
        db.execute(insert(h).values(**row, until=found.until))

    work.set_aside(("hand_out", found.visit), found, write)
    open_way(work, "hand_out", found.visit, found.until)


def drop_hand_out(work: Work, visit: str) -> None:
    """Forget a hand-out; its link opens nothing any more."""
    here = (h.c.site_id == work.site, h.c.visit == visit)
    work.set_aside(("hand_out", visit), None, lambda db: db.execute(delete(h).where(*here)))
    close_way(work, "hand_out", visit)


def ended_hand_outs(db: Connection, site: str, at: datetime) -> list[str]:
    """Visits whose hand-out has reached the end that the citizen chose."""
    return list(db.execute(select(h.c.visit).where(h.c.site_id == site, h.c.until <= at).limit(500)).scalars())


def token_for(work: Work, kind: str, leads_to: str) -> str:
    """The token of a link: always the same, never stored."""
    return work.derived(f"{kind}|{leads_to}")


def open_way(work: Work, kind: str, leads_to: str, expires_at: datetime) -> str:
    """Let a link open something until `expires_at`; its token. Only the hash is kept."""
    token = token_for(work, kind, leads_to)
    row = {"token_hash": hash_of(token), "kind": kind, "site_id": work.site, "leads_to": leads_to}

    def write(db: Connection) -> None:
        db.execute(delete(ways).where(ways.c.token_hash == row["token_hash"]))
        db.execute(insert(ways).values(**row, expires_at=expires_at))

    work.later(write)
    return token


def close_way(work: Work, kind: str, leads_to: str) -> None:
    """Let a link open nothing any more."""
    here = (ways.c.site_id == work.site, ways.c.kind == kind, ways.c.leads_to == leads_to)
    work.later(lambda db: db.execute(delete(ways).where(*here)))


def opened(db: Connection, kind: str, token: str, at: datetime) -> Way | None:
    """What a link opens at this moment, if anything."""
    here = (ways.c.token_hash == hash_of(token), ways.c.kind == kind, ways.c.expires_at > at)
    row = db.execute(select(ways.c.kind, ways.c.site_id, ways.c.leads_to).where(*here)).first()
    return Way(*row) if row else None


def figures(db: Connection, site: str, since: datetime, until: datetime) -> list[Referral]:
    """Every referral made in a span, for counting; those taken back say no more than their kind."""
    here = (r.c.site_id == site, r.c.made_at >= since, r.c.made_at < until)
    return [revive(Referral, row) for row in db.execute(select(r).where(*here)).mappings()]
