"""Devices of a house, who can be told away from the wall, and who is sending what."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Devices of a house, who can be told away from the wall, and who is sending what."""
    op.create_table(
        "devices",
        sa.Column("site_id", sa.String(length=40), nullable=False),
        sa.Column("id", sa.String(length=20), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=True),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("code", sa.String(length=10), nullable=True),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("paired_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("sound", sa.Boolean(), nullable=True),
        sa.Column("visible", sa.Boolean(), nullable=True),
        sa.Column("call", sa.String(length=80), nullable=True),
        sa.Column("lag", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("site_id", "id", name=op.f("pk_devices")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_devices_token_hash")),
    )
    with op.batch_alter_table("outbox") as batch:
        batch.add_column(sa.Column("claimed_at", sa.DateTime(timezone=True), nullable=True))
    with op.batch_alter_table("visits") as batch:
        # The default is for the rows that are there already: nobody of them can be told, or was.
        batch.add_column(sa.Column("reach", sa.JSON(), nullable=False, server_default="[]"))
        batch.add_column(sa.Column("told", sa.JSON(), nullable=False, server_default="[]"))
    with op.batch_alter_table("visits") as batch:
        batch.alter_column("reach", server_default=None, existing_type=sa.JSON(), existing_nullable=False)
        batch.alter_column("told", server_default=None, existing_type=sa.JSON(), existing_nullable=False)
