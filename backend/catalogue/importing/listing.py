"""Imports and their refused rows as lists, declared."""

from catalogue.importing.jobs_queries import JOB_COLUMNS
from catalogue.importing.models import ON_ERROR, STATUS, ImportJob, ImportStatus, OnError, RefusedValue
from catalogue.listing.declaration import Collection, column_sorts, equals, ids, period
from catalogue.listing.values import choice, flag, instant, integer, word

OF_IMPORT = "import_id"
"""The filter that the address of a refused row's list stands for."""

IMPORTS = Collection(
    name="imports",
    model=ImportJob,
    fields=JOB_COLUMNS,
    filters=(
        equals("status", choice(ImportStatus, STATUS), ImportJob.status, description="how far it is"),
        equals(
            "on_error", choice(OnError, ON_ERROR), ImportJob.on_error, description="what refused rows mean"
        ),
        equals("dry_run", flag(), ImportJob.dry_run, description="only checked"),
        *period("created", instant(), ImportJob.created_at, label="created"),
        ids(ImportJob.id),
    ),
    sorts=column_sorts(ImportJob, "id", "created_at"),
    default_sort="-id",
)

REFUSED_VALUES = Collection(
    name="errors",
    model=RefusedValue,
    fields=("id", "line", "column", "value", "code", "message"),
    filters=(
        equals(OF_IMPORT, integer(1), RefusedValue.import_id, description="id of the import"),
        equals("code", word(40), RefusedValue.code, description="why it was refused"),
        equals("column", word(300), RefusedValue.column, description="the file's column"),
    ),
    sorts=column_sorts(RefusedValue, "id", "line"),
    default_sort="line",
)
