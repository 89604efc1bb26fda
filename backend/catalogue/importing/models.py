"""Imports as records: what was asked, how far it is, and the rows that were refused."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import BigInteger, DateTime, Double, Enum, ForeignKey, Identity, Index, Text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from catalogue.db.base import Base, Record


class ImportStatus(StrEnum):
    """queued → running → completed or failed; cancelled from either, through cancelling when it runs."""

    QUEUED = "queued"
    RUNNING = "running"
    CANCELLING = "cancelling"
    COMPLETED = "completed"
    FAILED = "failed"
    CANCELLED = "cancelled"


class OnError(StrEnum):
    """Whether a refused row is left out, or keeps the whole file out."""

    REJECT_ROW = "reject_row"
    REJECT_ALL = "reject_all"


def _enum(kind: type[StrEnum], name: str) -> Enum:
    return Enum(kind, name=name, values_callable=lambda members: [member.value for member in members])


STATUS = _enum(ImportStatus, "import_status")
ON_ERROR = _enum(OnError, "import_on_error")


class ImportJob(Record, Base):
    """One file to import. `written_to` is the last line whose row is in the table, kept with the rows themselves."""

    __tablename__ = "import_jobs"
    __table_args__ = (Index(None, "created_at", "id"),)

    status: Mapped[ImportStatus] = mapped_column(STATUS, server_default="queued")
    dataset: Mapped[str] = mapped_column(Text)
    file_name: Mapped[str] = mapped_column(Text)
    size_bytes: Mapped[int] = mapped_column(BigInteger)
    storage_key: Mapped[str | None] = mapped_column(Text, unique=True)
    mapping: Mapped[dict[str, Any]] = mapped_column(JSONB)
    on_error: Mapped[OnError] = mapped_column(ON_ERROR)
    dry_run: Mapped[bool]
    rows_read: Mapped[int] = mapped_column(BigInteger, server_default="0")
    rows_created: Mapped[int] = mapped_column(BigInteger, server_default="0")
    rows_updated: Mapped[int] = mapped_column(BigInteger, server_default="0")
    rows_unchanged: Mapped[int] = mapped_column(BigInteger, server_default="0")
    rows_failed: Mapped[int] = mapped_column(BigInteger, server_default="0")
    errors_kept: Mapped[int] = mapped_column(BigInteger, server_default="0")
    written_to: Mapped[int] = mapped_column(BigInteger, server_default="0")
    progress: Mapped[float] = mapped_column(Double, server_default="0")
    error_code: Mapped[str | None] = mapped_column(Text)
    error_detail: Mapped[str | None] = mapped_column(Text)
    started_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    finished_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    queue_id: Mapped[int | None] = mapped_column(BigInteger)


class RefusedValue(Base):
    """One value of one row that was refused."""

    __tablename__ = "import_errors"
    __table_args__ = (Index(None, "import_id", "line", "id"),)

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=False), primary_key=True)
    import_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("import_jobs.id", ondelete="CASCADE"))
    line: Mapped[int] = mapped_column(BigInteger)
    column: Mapped[str] = mapped_column(Text)
    value: Mapped[str] = mapped_column(Text)
    code: Mapped[str] = mapped_column(Text)
    message: Mapped[str] = mapped_column(Text)
