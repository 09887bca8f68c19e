"""The house file apart from the number that every commit counts on; no index that only forgetting used."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """The house file apart from the number that every commit counts on; no index that only forgetting used."""
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
