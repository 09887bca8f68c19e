"""What the house does by itself, and when it last went well."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """The table of jobs."""
    op.create_table(
        "jobs",
        sa.Column("site_id", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("site_id", "name", name=op.f("pk_jobs")),
    )
