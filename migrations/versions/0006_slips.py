"""Numbers that a tablet may give without network."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Numbers that a tablet may give without network."""
    with op.batch_alter_table("days") as batch:
        batch.add_column(sa.Column("slips", sa.JSON(), nullable=True))
