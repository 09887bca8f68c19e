"""The way on."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """The way on."""
    op.create_table(
        "group_arrivals",
        sa.Column("site_id", sa.String(length=40), nullable=False),
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("label", sa.String(length=120), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("starts", sa.String(length=8), nullable=False),
        sa.Column("every", sa.Integer(), nullable=False),
        sa.Column("at_once", sa.Integer(), nullable=False),
        sa.Column("wanted", sa.JSON(), nullable=False),
        sa.Column("cancelled", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("site_id", "id", name=op.f("pk_group_arrivals")),
    )
    op.create_table(
        "hand_outs",
        sa.Column("site_id", sa.String(length=40), nullable=False),
        sa.Column("visit", sa.String(length=40), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("site_id", "visit", name=op.f("pk_hand_outs")),
    )
    op.create_table(
        "kept_words",
        sa.Column("site_id", sa.String(length=40), nullable=False),
        sa.Column("about", sa.String(length=80), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("site_id", "about", "kind", name=op.f("pk_kept_words")),
    )
    op.create_index("ix_kept_words_until", "kept_words", ["site_id", "until"], unique=False)

    op.create_table(
        "referrals",
        sa.Column("site_id", sa.String(length=40), nullable=False),
        sa.Column("id", sa.String(length=60), nullable=False),
        sa.Column("visit", sa.String(length=40), nullable=True),
        sa.Column("target", sa.String(length=60), nullable=True),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("audience", sa.String(length=40), nullable=True),
        sa.Column("language", sa.String(length=8), nullable=True),
        sa.Column("adults", sa.Integer(), nullable=False),
        sa.Column("children", sa.Integer(), nullable=False),
        sa.Column("consent", sa.String(length=20), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("outcome", sa.String(length=20), nullable=True),
        sa.PrimaryKeyConstraint("site_id", "id", name=op.f("pk_referrals")),
    )
    op.create_index("ix_referrals_visit", "referrals", ["site_id", "visit"], unique=False)

    op.create_table(
        "sign_ups",
        sa.Column("site_id", sa.String(length=40), nullable=False),
        sa.Column("occasion", sa.String(length=60), nullable=False),
        sa.Column("place", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("id", sa.String(length=80), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("persons", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("visit", sa.String(length=40), nullable=True),
        sa.Column("remind_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("site_id", "occasion", "place", name=op.f("pk_sign_ups")),
    )
    op.create_index("ix_sign_ups_remind", "sign_ups", ["site_id", "remind_at"], unique=False)
    op.create_index("ix_sign_ups_visit", "sign_ups", ["site_id", "visit"], unique=False)

    op.create_table(
        "versions",
        sa.Column("site_id", sa.String(length=40), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("code", sa.String(length=60), nullable=False),
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor", sa.String(length=80), nullable=False),
        sa.Column("body", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("site_id", "kind", "code", "version", name=op.f("pk_versions")),
    )
    op.create_table(
        "ways",
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("site_id", sa.String(length=40), nullable=False),
        sa.Column("leads_to", sa.String(length=60), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_ways")),
    )
    op.create_index("ix_ways_leads_to", "ways", ["site_id", "leads_to"], unique=False)

    with op.batch_alter_table("visits") as visits:
        visits.add_column(sa.Column("onward", sa.JSON(), nullable=False, server_default="{}"))
    with op.batch_alter_table("visits") as visits:
        visits.alter_column("onward", server_default=None)
