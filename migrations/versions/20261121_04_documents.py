"""Documents of orders and the text taken from them.

Revision ID: 20261121_04
Revises: 20261121_03
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql
from sqlalchemy.dialects.postgresql.named_types import CreateEnumType, DropEnumType

revision = "20261121_04"
down_revision = "20261121_03"
branch_labels = None
depends_on = None

DOCUMENT_TYPE = postgresql.ENUM(
    "cmr", "invoice", "packing_list", "photo", "other", name="document_type", create_type=False
)


def upgrade() -> None:
    op.execute("SET lock_timeout = '2s'")
    op.execute(CreateEnumType(DOCUMENT_TYPE))
    op.create_table(
        "order_documents",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False, primary_key=True),
        sa.Column("order_id", sa.BigInteger(), nullable=False),
        sa.Column("type", DOCUMENT_TYPE, nullable=False),
        sa.Column("file_name", sa.Text(), nullable=False),
        sa.Column("content_type", sa.Text(), nullable=False),
        sa.Column("size_bytes", sa.BigInteger(), nullable=False),
        sa.Column("sha256", sa.LargeBinary(), nullable=False),
        sa.Column("storage_key", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.func.now(), nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.CheckConstraint("size_bytes > 0", name="size_bytes"),
        sa.CheckConstraint("octet_length(sha256) = 32", name="sha256"),
        sa.UniqueConstraint("storage_key"),
        sa.ForeignKeyConstraint(["order_id"], ["orders.id"], ondelete="CASCADE"),
    )
    op.create_index(None, "order_documents", ["order_id", "id"])
    op.create_table(
        "document_texts",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False, primary_key=True),
        sa.Column("document_id", sa.BigInteger(), nullable=False),
        sa.Column("page", sa.Integer(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.CheckConstraint("page > 0", name="page"),
        sa.UniqueConstraint("document_id", "page"),
        sa.ForeignKeyConstraint(["document_id"], ["order_documents.id"], ondelete="CASCADE"),
    )


def downgrade() -> None:
    op.execute("SET lock_timeout = '2s'")
    op.drop_table("document_texts")
    op.drop_table("order_documents")
    op.execute(DropEnumType(DOCUMENT_TYPE))
