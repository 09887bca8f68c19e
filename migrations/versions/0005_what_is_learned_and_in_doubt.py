"""What past days taught, what is in doubt, and how an authority's own booking binds."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """What past days taught, what is in doubt, and how an authority's own booking binds."""
    with op.batch_alter_table("days") as batch:
        batch.add_column(sa.Column("learned", sa.JSON(), nullable=True))
    with op.batch_alter_table("bookings") as batch:
        batch.add_column(sa.Column("at_desk", sa.String(length=40), nullable=True))
        batch.add_column(sa.Column("minutes", sa.Float(), nullable=True))
    with op.batch_alter_table("visits") as batch:
        # The default is for the rows that are there already: nothing of theirs was in doubt.
        batch.add_column(sa.Column("doubts", sa.JSON(), nullable=False, server_default="{}"))
        batch.add_column(sa.Column("warned", sa.JSON(), nullable=False, server_default="[]"))
    with op.batch_alter_table("visits") as batch:
        batch.alter_column("doubts", server_default=None, existing_type=sa.JSON(), existing_nullable=False)
        batch.alter_column("warned", server_default=None, existing_type=sa.JSON(), existing_nullable=False)
