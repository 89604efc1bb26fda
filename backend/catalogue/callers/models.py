"""API keys, users, their logins and refresh tokens. Secrets are kept as digests only."""

from datetime import datetime

from sqlalchemy import (
    ARRAY,
    BigInteger,
    CheckConstraint,
    DateTime,
    ForeignKey,
    Identity,
    Index,
    LargeBinary,
    Text,
    func,
)
from sqlalchemy.orm import Mapped, mapped_column

from catalogue.db.base import Base


class _Kept:
    id: Mapped[int] = mapped_column(BigInteger, Identity(always=False), primary_key=True, sort_order=-1)
    created_at: Mapped[datetime] = mapped_column(
        DateTime(timezone=True), server_default=func.now(), sort_order=90
    )


class ApiKey(_Kept, Base):
    """`digest` is the SHA-256 of the key; `prefix` is the part of it that may be shown."""

    __tablename__ = "api_keys"

    prefix: Mapped[str] = mapped_column(Text, unique=True)
    digest: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    name: Mapped[str] = mapped_column(Text)
    scopes: Mapped[list[str]] = mapped_column(ARRAY(Text))
    expires_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    last_used_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    revoked_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))


class User(_Kept, Base):
    """`password_hash` is argon2id in its usual text form."""

    __tablename__ = "users"
    __table_args__ = (CheckConstraint("role IN ('viewer', 'clerk', 'editor', 'admin')", name="role"),)

    name: Mapped[str] = mapped_column(Text, unique=True)
    password_hash: Mapped[str] = mapped_column(Text)
    role: Mapped[str] = mapped_column(Text)
    disabled_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))


class Login(_Kept, Base):
    """One time somebody logged in; every refresh token that follows from it belongs to it."""

    __tablename__ = "logins"
    __table_args__ = (Index(None, "user_id"), Index(None, "expires_at"))

    user_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("users.id", ondelete="CASCADE"))
    expires_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    revoked_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))


class RefreshToken(Base):
    """`digest` is the SHA-256 of the token. A used one is kept, so that using it again is noticed."""

    __tablename__ = "refresh_tokens"
    __table_args__ = (Index(None, "login_id"),)

    digest: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    login_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("logins.id", ondelete="CASCADE"))
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())
    used_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
