"""The audit trail: the change log as a list, and as the history of one product."""

from sqlalchemy import Text, func, select
from sqlalchemy.dialects.postgresql import array

from catalogue.changes.change import Dataset, Operation
from catalogue.changes.models import LoggedChange
from catalogue.listing.declaration import Collection, Condition, Filter, Parameter, Sort, equals, period
from catalogue.listing.values import choice, instant, integer, word


def _names_record(parameter: Parameter) -> Condition:
    value = parameter.bound()
    return LoggedChange.ids.overlap(value) if parameter.several else LoggedChange.ids.contains(array([value]))


_RECORD = Filter(
    name="record_id",
    value=integer(1),
    condition=_names_record,
    description="id of a record that was changed; bulk changes name none",
    repeatable=True,
)
_OPERATION = equals(
    "operation",
    choice(Operation, LoggedChange.operation.type),
    LoggedChange.operation,
    description="what the statement did",
)
_ACTOR = equals("actor", word(200), LoggedChange.actor, description="who made the change")
_PERIOD = period("change", instant(), LoggedChange.changed_at, label="created")
_SORTS = (
    Sort(name="position", expression=LoggedChange.id.expression),
    Sort(name="id", expression=LoggedChange.id.expression),
)
_EPOCH = select(
    func.concat(func.min(LoggedChange.id), ".", func.max(LoggedChange.id), type_=Text())
).scalar_subquery()
_DATASET = equals(
    "dataset",
    choice(Dataset, LoggedChange.dataset.type),
    LoggedChange.dataset,
    description="products, orders and so on",
)

AUDIT = Collection(
    name="audit",
    model=LoggedChange,
    fields=(
        "id",
        "dataset",
        "operation",
        "ids",
        "actor",
        "request_id",
        "transaction",
        "changed_at",
        "field_values",
    ),
    filters=(_DATASET, _OPERATION, _ACTOR, _RECORD, *_PERIOD),
    sorts=_SORTS,
    default_sort="-position",
    epoch=_EPOCH,
)
