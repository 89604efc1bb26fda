"""Where the text of documents stands, imports with their refused rows, and the queue that both are worked off from.

Revision ID: 20261125_09
Revises: 20261125_08
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql
from sqlalchemy.dialects.postgresql.named_types import CreateEnumType, DropEnumType

from migrations.changes import Feed, create_feed, drop_feed
from migrations.columns import record_columns
from migrations.job_queue import create_queue, drop_queue

revision = "20261125_09"
down_revision = "20261125_08"
branch_labels = None
depends_on = None

TEXTS_STATUS = postgresql.ENUM(
    "pending", "done", "failed", "unavailable", name="texts_status", create_type=False
)
IMPORT_STATUS = postgresql.ENUM(
    "queued",
    "running",
    "cancelling",
    "completed",
    "failed",
    "cancelled",
    name="import_status",
    create_type=False,
)
ON_ERROR = postgresql.ENUM("reject_row", "reject_all", name="import_on_error", create_type=False)
IMPORTS = Feed(
    "import_jobs", ("status", "file_name", "version"), tags={"status": ("status",)}, name="imports"
)
COUNTS = (
    "rows_read",
    "rows_created",
    "rows_updated",
    "rows_unchanged",
    "rows_failed",
    "errors_kept",
    "written_to",
)


def upgrade() -> None:
    op.execute("SET lock_timeout = '2s'")
    for kind in (TEXTS_STATUS, IMPORT_STATUS, ON_ERROR):
        op.execute(CreateEnumType(kind))
    op.add_column(
        "order_documents", sa.Column("texts_status", TEXTS_STATUS, server_default="done", nullable=False)
    )
    op.alter_column("order_documents", "texts_status", server_default="pending")
    op.add_column("order_documents", sa.Column("texts_error", sa.Text()))
    op.create_table(
        "installation",
        sa.Column(
            "id",
            postgresql.UUID(),
            server_default=sa.func.gen_random_uuid(),
            nullable=False,
            primary_key=True,
        ),
    )
    op.create_index("uq_installation_one_row", "installation", [sa.text("(true)")], unique=True)
    op.execute("INSERT INTO installation DEFAULT VALUES")
    op.create_table(
        "import_jobs",
        *record_columns(),
        sa.Column("status", IMPORT_STATUS, server_default="queued", nullable=False),
        sa.Column("dataset", sa.Text(), nullable=False),
        sa.Column("file_name", sa.Text(), nullable=False),
        sa.Column("size_bytes", sa.BigInteger(), nullable=False),
        sa.Column("storage_key", sa.Text()),
        sa.Column("mapping", postgresql.JSONB(), nullable=False),
        sa.Column("on_error", ON_ERROR, nullable=False),
        sa.Column("dry_run", sa.Boolean(), nullable=False),
        *(sa.Column(name, sa.BigInteger(), server_default="0", nullable=False) for name in COUNTS),
        sa.Column("progress", sa.Double(), server_default="0", nullable=False),
        sa.Column("error_code", sa.Text()),
        sa.Column("error_detail", sa.Text()),
        sa.Column("started_at", sa.DateTime(timezone=True)),
        sa.Column("finished_at", sa.DateTime(timezone=True)),
        sa.Column("queue_id", sa.BigInteger()),
        sa.UniqueConstraint("storage_key"),
    )
    op.create_index(None, "import_jobs", ["created_at", "id"])
    op.create_table(
        "import_errors",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False, primary_key=True),
        sa.Column("import_id", sa.BigInteger(), nullable=False),
        sa.Column("line", sa.BigInteger(), nullable=False),
        sa.Column("column", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("message", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["import_id"], ["import_jobs.id"], ondelete="CASCADE"),
    )
    op.create_index(None, "import_errors", ["import_id", "line", "id"])
    create_queue()
    create_feed(IMPORTS)


def downgrade() -> None:
    op.execute("SET lock_timeout = '2s'")
    drop_feed(IMPORTS)
    drop_queue()
    op.drop_table("import_errors")
    op.drop_table("import_jobs")
    op.drop_table("installation")
    op.drop_column("order_documents", "texts_error")
    op.drop_column("order_documents", "texts_status")
    for kind in (ON_ERROR, IMPORT_STATUS, TEXTS_STATUS):
        op.execute(DropEnumType(kind))
