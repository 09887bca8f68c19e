"""Moments in SQLite: our own short way writes the very text of SQLAlchemy's."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from sqlalchemy import DateTime
from sqlalchemy.dialects import sqlite

from app.store.tables import Moment

WINTER = datetime(2026, 11, 25, 9, 30, tzinfo=timezone(timedelta(hours=1)))


@pytest.mark.parametrize("at", [WINTER, WINTER.replace(microsecond=120_000), datetime(1999, 1, 2, 3, 4, 5, 6, UTC)])
def test_a_moment_is_kept_as_the_same_text_in_utc(at: datetime) -> None:
    dialect = sqlite.dialect()
    ours = Moment().dialect_impl(dialect).bind_processor(dialect)
    theirs = DateTime().dialect_impl(dialect).bind_processor(dialect)
    assert ours and theirs
    assert ours(at) == theirs(at.astimezone(UTC).replace(tzinfo=None))
    assert ours(None) is None
