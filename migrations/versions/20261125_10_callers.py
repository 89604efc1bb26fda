"""Callers: API keys, users, their logins and refresh tokens.

Revision ID: 20261125_10
Revises: 20261125_09
"""

import sqlalchemy as sa
from alembic import op

revision = "20261125_10"
down_revision = "20261125_09"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("SET lock_timeout = '2s'")
    op.create_table(
        "api_keys",
        _identity(),
        sa.Column("prefix", sa.Text(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("scopes", sa.ARRAY(sa.Text()), nullable=False),
        _instant("created_at", default=True),
        *(_instant(name) for name in ("expires_at", "last_used_at", "revoked_at")),
        sa.UniqueConstraint("prefix"),
        sa.UniqueConstraint("digest"),
    )
    op.create_table(
        "users",
        _identity(),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("password_hash", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        _instant("created_at", default=True),
        _instant("disabled_at"),
        sa.UniqueConstraint("name"),
        sa.CheckConstraint("role IN ('viewer', 'clerk', 'editor', 'admin')", name="role"),
    )
    op.create_table(
        "logins",
        _identity(),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        _instant("created_at", default=True),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        _instant("revoked_at"),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], ondelete="CASCADE"),
    )
    op.create_index(None, "logins", ["user_id"])
    op.create_index(None, "logins", ["expires_at"])
    op.create_table(
        "refresh_tokens",
        sa.Column("digest", sa.LargeBinary(), primary_key=True),
        sa.Column("login_id", sa.BigInteger(), nullable=False),
        _instant("created_at", default=True),
        _instant("used_at"),
        sa.ForeignKeyConstraint(["login_id"], ["logins.id"], ondelete="CASCADE"),
    )
    op.create_index(None, "refresh_tokens", ["login_id"])


def downgrade() -> None:
    op.execute("SET lock_timeout = '2s'")
    for table in ("refresh_tokens", "logins", "users", "api_keys"):
        op.drop_table(table)


def _identity() -> sa.Column[int]:
    return sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False, primary_key=True)


def _instant(name: str, *, default: bool = False) -> sa.Column[object]:
    return sa.Column(
        name,
        sa.DateTime(timezone=True),
        server_default=sa.func.now() if default else None,
        nullable=not default,
    )
