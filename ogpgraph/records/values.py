"""What a record is made of: keys, dates, and values that name their source."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Annotated, Any, Generic, TypeVar

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints

from ogpgraph.dates import PartialDate

T = TypeVar("T")


class Record(BaseModel):
    """Base of all records: unknown keys are errors, values do not change."""

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)


R = TypeVar("R", bound=Record)


def is_partial_date(text: str) -> str:
    """The text, if it is a date known to the year, the month or the day; ValueError else."""
    PartialDate.parse(text)
    return text


Key = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")]
MemberCode = Annotated[str, StringConstraints(pattern=r"^[A-Z]{2,4}$")]
PlanId = Annotated[str, StringConstraints(pattern=r"^[A-Z]{2,4}-[0-9]{4}$")]
CommitmentId = Annotated[str, StringConstraints(pattern=r"^[A-Z]{2,4}([0-9]{4}|-[0-9]{4}/[0-9A-Za-z.]+)$")]
ReportId = Annotated[str, StringConstraints(pattern=r"^[A-Z]{2,4}-[0-9]{4}(-[a-z0-9]+)+$")]
Year = Annotated[str, StringConstraints(pattern=r"^(19|20)[0-9]{2}$")]
Date = Annotated[str, AfterValidator(is_partial_date)]
Url = Annotated[str, StringConstraints(pattern=r"^https?://[^\s<>\"{}|\\^`]+$")]
Text = Annotated[str, StringConstraints(min_length=1)]
Language = Annotated[str, StringConstraints(pattern=r"^[a-z]{2,3}$")]
Number = Annotated[str, StringConstraints(pattern=r"^[0-9]+$")]
Count = Annotated[int, Field(ge=0)]
Confidence = Annotated[Decimal, Field(ge=0, le=1)]


class Stated(Record, Generic[T]):
    """A value and the source that states it.

    ``printed`` keeps the wording where it differs from the value, ``page`` the place in the source.
    """

    value: T
    source: Key | None = None
    printed: Text | None = None
    page: Text | None = None
    lang: Annotated[str, StringConstraints(pattern=r"^[a-z]{2}$")] = "en"


class StatedSet(Record, Generic[T]):
    """A list that a source gives as a whole: another source's list competes with all of it."""

    values: tuple[T, ...]
    source: Key | None = None
    printed: Text | None = None
    page: Text | None = None


def _as_statements(given: Any) -> Any:
    """Let a file write ``x``, ``{value: x, source: s}`` or a list of either."""
    items = given if isinstance(given, list | tuple) else [given]
    return tuple(item if isinstance(item, dict | Stated) else {"value": item} for item in items)


def _as_sets(given: Any) -> Any:
    """Let a file write ``[x, y]`` for one source's list, or a list of ``{values: …, source: …}``."""
    items = given if isinstance(given, list | tuple) else [given]
    if items and all(isinstance(item, dict | StatedSet) for item in items):
        return tuple(items)
    return ({"values": items},)


if TYPE_CHECKING:
    One = tuple[Stated[T], ...]
    Many = tuple[Stated[T], ...]
    Lists = tuple[StatedSet[T], ...]
else:

    class One:
        """Statements that compete: the first stands in the default graph, the rest make a conflict."""

        def __class_getitem__(cls, kind: Any) -> Any:
            return Annotated[tuple[Stated[kind], ...], BeforeValidator(_as_statements)]

    class Many(One):
        """Statements that all stand."""

    class Lists:
        """Whole lists that compete."""

        def __class_getitem__(cls, kind: Any) -> Any:
            return Annotated[tuple[StatedSet[kind], ...], BeforeValidator(_as_sets)]
