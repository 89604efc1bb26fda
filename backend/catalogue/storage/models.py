"""Whose files these are."""

from uuid import UUID

from sqlalchemy import Index, text
from sqlalchemy import Uuid as DatabaseUuid
from sqlalchemy.orm import Mapped, mapped_column

from catalogue.db.base import Base


class Installation(Base):
    """One row that tells this database from any other one: files are kept under its id.

    So the sweep of one database never takes the files of another that shares the folder or bucket.
    """

    __tablename__ = "installation"
    __table_args__ = (Index("uq_installation_one_row", text("(true)"), unique=True),)

    id: Mapped[UUID] = mapped_column(DatabaseUuid, primary_key=True, server_default=text("gen_random_uuid()"))
