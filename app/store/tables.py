"""The tables. Each one of a site carries `site_id` first in its key, so that a database can be split by it.

The columns of a floor's rows are the fields of its values, name by name; a test holds the two together.
"""

from collections.abc import Callable
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    JSON,
    Boolean,
    Date,
    DateTime,
    Dialect,
    Float,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
)
from sqlalchemy import Column as C


class Moment(TypeDecorator[datetime]):
    """A UTC moment, aware on both sides whatever the database keeps."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Into the database: aware UTC; SQLite keeps it without the zone."""
        if value is None:
            return None
        utc = value.astimezone(UTC)
        return utc.replace(tzinfo=None) if dialect.name == "sqlite" else utc

    def bind_processor(self, dialect: Dialect) -> Callable[[datetime | None], Any] | None:
        """The same for SQLite in one step: every move writes a dozen moments, and SQLAlchemy's own way takes five times as long."""
        return _as_text if dialect.name == "sqlite" else super().bind_processor(dialect)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Out of it: aware UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


@lru_cache(maxsize=4096)
def _as_text(at: datetime | None) -> str | None:
    return None if at is None else at.astimezone(UTC).replace(tzinfo=None).isoformat(" ", "microseconds")


Plain = JSON(none_as_null=True)

metadata = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "uq": "uq_%(table_name)s_%(column_0_name)s",
        "ix": "ix_%(column_0_label)s",
    }
)

sites = Table(
    "sites",
    metadata,
    C("site_id", String(40), primary_key=True),
    C("revision", Integer, nullable=False),  # of the house file
    C("epoch", String(32), nullable=False),  # new after a restore: what followers knew is void
    C("seq", Integer, nullable=False),
)

house_files = Table(
    "house_files",
    metadata,
    # Apart from `sites`, whose number every commit counts on: the file is long, and hardly ever read.
    C("site_id", String(40), primary_key=True),
    C("house", Text, nullable=False),  # as imported
)

days = Table(
    "days",
    metadata,
    C("site_id", String(40), primary_key=True),
    C("day", Date, primary_key=True),
    C("last_number", Integer, nullable=False),
    C("closed_at", Moment),
    C("learned", Plain),  # what past days taught, as the day began with it
    C("slips", Plain),  # numbers kept for tablets without network
)

visits = Table(
    "visits",
    metadata,
    C("site_id", String(40), primary_key=True),
    C("day", Date, primary_key=True),
    C("id", String(40), primary_key=True),
    C("number", Integer, nullable=False),
    C("arrival", String(20), nullable=False),
    C("members", Plain, nullable=False),
    C("language", String(8), nullable=False),
    C("arrived_at", Moment, nullable=False),
    C("owner", String(40), nullable=False),
    C("booking", String(60)),
    C("pathway", String(40)),
    C("priority", Boolean, nullable=False),
    C("interpreter", String(8)),
    C("leave_by", Moment),
    C("away_until", Moment),
    C("step_outs", Integer, nullable=False),
    C("presence", String(20), nullable=False),
    C("ended_at", Moment),
    C("comes_back", Date),
    C("came_from", String(40)),
    C("offer", Plain),
    C("papers_seen", Plain, nullable=False),
    C("papers_missing", Plain, nullable=False),
    C("noted", Boolean, nullable=False),
    C("link", Integer, nullable=False),
    C("windows", Plain, nullable=False),
    C("finish", Plain),
    C("moved", String(40)),
    C("doubts", Plain, nullable=False),
    C("warned", Plain, nullable=False),
    C("onward", Plain, nullable=False),
    C("reach", Plain, nullable=False),
    C("told", Plain, nullable=False),
    UniqueConstraint("site_id", "day", "number", name="uq_visits_number"),
)

stops = Table(
    "stops",
    metadata,
    C("site_id", String(40), primary_key=True),
    C("day", Date, primary_key=True),
    C("visit", String(40), primary_key=True),
    C("id", String(60), primary_key=True),
    C("place", Integer, nullable=False),  # its place among the stops of the visit
    C("service", String(60), nullable=False),
    C("authority", String(40), nullable=False),
    C("members", Plain, nullable=False),
    C("state", String(20), nullable=False),
    C("since", Moment, nullable=False),
    C("added_at", Moment, nullable=False),
    C("appointment", Moment),
    C("desk", String(40)),
    C("called_at", Moment),
    C("started_at", Moment),
    C("ended_at", Moment),
    C("calls", Integer, nullable=False),
    C("rejoins", Integer, nullable=False),
    C("behind", Plain, nullable=False),
    C("outcomes", Plain, nullable=False),
    C("why", String(60)),
)

desks = Table(
    "desks",
    metadata,
    C("site_id", String(40), primary_key=True),
    C("day", Date, primary_key=True),
    C("code", String(40), primary_key=True),
    C("state", String(20), nullable=False),
    C("since", Moment),
    C("until", Moment),
    C("visit", String(40)),
    C("stop", String(60)),
    C("sitting", Plain, nullable=False),
    C("since_priority", Integer, nullable=False),
    C("last", Plain),
    # A party stands at one desk at a time: the database would refuse a second one even if the rules did not.
    UniqueConstraint("site_id", "day", "visit", name="uq_desks_visit"),
)

outages = Table(
    "outages",
    metadata,
    C("site_id", String(40), primary_key=True),
    C("day", Date, primary_key=True),
    C("service", String(60), primary_key=True),
    C("since", Moment, nullable=False),
    C("expected_back", Moment),
    C("notice", Text, nullable=False),
)

bookings = Table(
    "bookings",
    metadata,
    C("site_id", String(40), primary_key=True),
    C("day", Date, primary_key=True),
    C("ref", String(60), primary_key=True),
    C("service", String(60), nullable=False),
    C("pathway", String(40)),
    C("starts_at", Moment, nullable=False),
    C("persons", Integer, nullable=False),
    C("cancelled", Boolean, nullable=False),
    C("interpreter", Boolean, nullable=False),
    C("services", Plain, nullable=False),
    C("came_from", String(40)),
    C("visit", String(40)),
    C("at_desk", String(40)),
    C("minutes", Float),
)

events = Table(
    "events",
    metadata,
    C("site_id", String(40), primary_key=True),
    C("seq", Integer, primary_key=True, autoincrement=False),
    C("day", Date, nullable=False),  # the local date that it concerns, not always that of `at`
    C("at", Moment, nullable=False),
    C("kind", String(40), nullable=False),
    C("visit", String(40)),
    C("stop", String(60)),
    C("desk", String(40)),
    C("actor", String(80), nullable=False),
    C("facts", Plain, nullable=False),
    Index("ix_events_day", "site_id", "day", "seq"),
)

idempotency = Table(
    "idempotency",
    metadata,
    C("site_id", String(40), primary_key=True),
    C("key", String(128), primary_key=True),
    C("request", String(64), nullable=False),  # hash of method, path and body
    C("status", Integer, nullable=False),
    C("body", Plain, nullable=False),
    # No index: forgetting looks at all two days of them once a day, and each move would pay for one.
    C("at", Moment, nullable=False),
)

outbox = Table(
    "outbox",
    metadata,
    C("site_id", String(40), primary_key=True),
    C("id", String(80), primary_key=True),
    C("way", String(20), nullable=False),  # push, sms or print
    C("visit", String(40)),
    C("body", Plain, nullable=False),
    C("due_at", Moment, nullable=False),
    C("tries", Integer, nullable=False),
    C("claimed_at", Moment),  # by a process that is sending it; given up by it when that was long ago
    C("sent_at", Moment),
    C("failed", Text),
    Index("ix_outbox_due", "site_id", "sent_at", "due_at"),
)

personal = Table(
    "personal",
    metadata,
    C("site_id", String(40), primary_key=True),
    C("day", Date, primary_key=True),
    C("visit", String(40), primary_key=True),
    C("kind", String(20), primary_key=True),  # note, phone or push
    C("value", Text, nullable=False),
    comment="Wiped when the day closes",
)

tickets = Table(
    "tickets",
    metadata,
    # A link's token names no site, so this is a directory beside the sites: it leads to one, and holds nothing else.
    C("token_hash", String(64), primary_key=True),
    C("site_id", String(40), nullable=False),
    C("day", Date, nullable=False),
    C("visit", String(40), nullable=False),
    C("expires_at", Moment, nullable=False),
)

versions = Table(
    "versions",
    metadata,
    # What staff change in the directory and the programme: every version, so that the history is the table.
    C("site_id", String(40), primary_key=True),
    C("kind", String(20), primary_key=True),  # entry or occasion
    C("code", String(60), primary_key=True),
    C("version", Integer, primary_key=True, autoincrement=False),  # 0 is what the house file said before
    C("at", Moment, nullable=False),
    C("actor", String(80), nullable=False),
    C("body", Plain, nullable=False),
)

sign_ups = Table(
    "sign_ups",
    metadata,
    C("site_id", String(40), primary_key=True),
    C("occasion", String(60), primary_key=True),
    C("place", Integer, primary_key=True, autoincrement=False),  # in order of asking
    C("id", String(80), nullable=False),
    C("at", Moment, nullable=False),
    C("persons", Integer, nullable=False),
    C("state", String(20), nullable=False),
    C("visit", String(40)),
    C("remind_at", Moment),
    Index("ix_sign_ups_visit", "site_id", "visit"),
    Index("ix_sign_ups_remind", "site_id", "remind_at"),
)

referrals = Table(
    "referrals",
    metadata,
    C("site_id", String(40), primary_key=True),
    C("id", String(60), primary_key=True),
    C("visit", String(40)),
    C("target", String(60)),
    C("kind", String(20), nullable=False),
    C("audience", String(40)),
    C("language", String(8)),
    C("adults", Integer, nullable=False),
    C("children", Integer, nullable=False),
    C("consent", String(20), nullable=False),
    C("made_at", Moment, nullable=False),
    C("outcome", String(20)),
    Index("ix_referrals_visit", "site_id", "visit"),
)

kept_words = Table(
    "kept_words",
    metadata,
    # A citizen's own words that outlive the day with their consent: forgotten with it, and at `until` at the latest.
    C("site_id", String(40), primary_key=True),
    C("about", String(80), primary_key=True),  # a referral or a sign-up
    C("kind", String(20), primary_key=True),  # contact, note or push
    C("value", Text, nullable=False),
    C("until", Moment, nullable=False),
    Index("ix_kept_words_until", "site_id", "until"),
)

hand_outs = Table(
    "hand_outs",
    metadata,
    C("site_id", String(40), primary_key=True),
    C("visit", String(40), primary_key=True),
    C("day", Date, nullable=False),
    C("language", String(8), nullable=False),
    C("until", Moment, nullable=False),
)

ways = Table(
    "ways",
    metadata,
    # Links that outlive a ticket: to a hand-out, to a referral for its receiver, to a company's group.
    C("token_hash", String(64), primary_key=True),
    C("kind", String(20), nullable=False),
    C("site_id", String(40), nullable=False),
    C("leads_to", String(60), nullable=False),
    C("expires_at", Moment, nullable=False),
    Index("ix_ways_leads_to", "site_id", "leads_to"),
)

group_arrivals = Table(
    "group_arrivals",
    metadata,
    C("site_id", String(40), primary_key=True),
    C("id", String(40), primary_key=True),
    C("label", String(120), nullable=False),
    C("day", Date, nullable=False),
    C("starts", String(8), nullable=False),
    C("every", Integer, nullable=False),
    C("at_once", Integer, nullable=False),
    C("wanted", Plain, nullable=False),
    C("cancelled", Boolean, nullable=False),
)

staff = Table(
    "staff",
    metadata,
    C("site_id", String(40), primary_key=True),
    C("name", String(80), primary_key=True),
    C("role", String(20), nullable=False),
    C("desks", Plain, nullable=False),
    C("password", String(200), nullable=False),
    C("disabled_at", Moment),
)

devices = Table(
    "devices",
    metadata,
    C("site_id", String(40), primary_key=True),
    C("id", String(20), primary_key=True),
    C("kind", String(20), nullable=False),  # display or kiosk
    C("name", String(80)),  # given by staff when it is paired
    C("token_hash", String(64), nullable=False),
    C("code", String(10)),  # on its screen while it is not paired
    C("asked_at", Moment, nullable=False),
    C("paired_at", Moment),
    C("ended_at", Moment),
    C("seen_at", Moment),  # the device's last word, whichever process heard it
    C("sound", Boolean),
    C("visible", Boolean),
    C("call", String(80)),  # the last call that it says it showed
    C("lag", Integer),  # how many events its picture was behind
    UniqueConstraint("token_hash", name="uq_devices_token_hash"),
)

tokens = Table(
    "tokens",
    metadata,
    # Bearer tokens of programs and devices, and the sessions of people: a directory by hash, like `tickets`.
    C("token_hash", String(64), primary_key=True),
    C("site_id", String(40), nullable=False),
    C("name", String(80), nullable=False),
    C("role", String(20), nullable=False),
    C("desks", Plain, nullable=False),
    C("made_at", Moment, nullable=False),
    C("expires_at", Moment),
    C("ended_at", Moment),
)

jobs = Table(
    "jobs",
    metadata,
    # What the house does by itself, and when it last went well: a job that silently stopped is found by its age.
    C("site_id", String(40), primary_key=True),
    C("name", String(40), primary_key=True),
    C("done_at", Moment, nullable=False),
)
