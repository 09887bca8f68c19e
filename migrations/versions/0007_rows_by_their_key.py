"""The house file apart from the number that every commit counts on; on SQLite, small rows in the order of their key."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"

BY_KEY = ("events", "tickets")


def upgrade() -> None:
    """The house file apart from the number that every commit counts on; on SQLite, small rows in the order of their key."""
    op.create_table(
        "house_files",
        sa.Column("site_id", sa.String(length=40), nullable=False),
        sa.Column("house", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("site_id", name=op.f("pk_house_files")),
    )
    op.execute("INSERT INTO house_files (site_id, house) SELECT site_id, house FROM sites")
    with op.batch_alter_table("sites") as batch:
        batch.drop_column("house")
    op.drop_index("ix_idempotency_at", table_name="idempotency")
    if op.get_bind().dialect.name == "sqlite":
        for table in BY_KEY:
            with op.batch_alter_table(table, recreate="always", table_kwargs={"sqlite_with_rowid": False}):
                pass
