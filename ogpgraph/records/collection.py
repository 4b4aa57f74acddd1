"""All records of one reading, and their JSON lines."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any

from pydantic import ValidationError

from ogpgraph.records.alignments import Alignments
from ogpgraph.records.data import (
    AssessmentRow,
    Initiatives,
    Institutions,
    Lineage,
    Member,
    Plan,
    ReleaseNotes,
    Reports,
    Roles,
)
from ogpgraph.records.graphs import RdfSource
from ogpgraph.records.pages import JoinupDocument, SourceDocument
from ogpgraph.records.tables import DatabaseRow, ProcessRow, TagTable
from ogpgraph.records.values import Key, R, Record

# The kinds of record in the order in which a collection lists them; the name is the JSON "kind".
KINDS: dict[str, type[Record]] = {
    "release": ReleaseNotes,
    "member": Member,
    "source": SourceDocument,
    "institutions": Institutions,
    "plan": Plan,
    "reports": Reports,
    "assessment": AssessmentRow,
    "lineage": Lineage,
    "initiatives": Initiatives,
    "roles": Roles,
    "row": DatabaseRow,
    "process": ProcessRow,
    "tags": TagTable,
    "joinup": JoinupDocument,
    "graph": RdfSource,
    "alignments": Alignments,
}


class Collection:
    """All records of one reading, by kind, in the order in which they were read."""

    def __init__(self, records: Iterable[Record] = ()) -> None:
        self._by_kind: dict[type[Record], list[Any]] = {kind: [] for kind in KINDS.values()}
        for record in records:
            self.add(record)

    def add(self, record: Record) -> None:
        self._by_kind[type(record)].append(record)

    def of(self, kind: type[R]) -> list[R]:
        """The records of one kind."""
        return self._by_kind[kind]

    def __iter__(self) -> Iterator[Record]:
        for records in self._by_kind.values():
            yield from records

    def json_lines(self) -> Iterator[str]:
        """One JSON object a record, as ``ogpgraph read`` prints them."""
        for name, kind in KINDS.items():
            for record in self.of(kind):
                yield json.dumps(_as_json(name, record), ensure_ascii=False)

    @classmethod
    def from_json_lines(cls, lines: Iterable[str]) -> Collection:
        """The inverse of :meth:`json_lines`; ValueError names the line that is no record."""
        collection = cls()
        for number, line in enumerate(lines, start=1):
            if line.strip():
                collection.add(_record(number, line))
        return collection


# A capture of a commitment page prints the keys of the page first and its source below one key.
_PAGE = "commitment-page"


def _as_json(name: str, record: Record) -> dict[str, Any]:
    fields = record.model_dump(mode="json", exclude_unset=True)
    if not isinstance(record, SourceDocument) or record.commitment is None:
        return {"kind_of_record": name, **fields}
    page = fields.pop("commitment")
    return {"kind_of_record": _PAGE, **page, "lang": record.language, "source": fields}


def _record(number: int, line: str) -> Record:
    try:
        fields = json.loads(line)
        kind = fields.pop("kind_of_record")
        if kind == _PAGE:
            fields.pop("lang", None)
            return SourceDocument.model_validate({**fields.pop("source"), "commitment": fields})
        return KINDS[kind].model_validate(fields)
    except (json.JSONDecodeError, AttributeError, TypeError) as error:
        raise ValueError(f"line {number} is no JSON object: {error}") from None
    except KeyError as error:
        raise ValueError(f"line {number} has no known kind_of_record: {error}") from None
    except ValidationError as error:
        wrong = "; ".join(f"{'.'.join(map(str, e['loc']))}: {e['msg'].lower()}" for e in error.errors())
        raise ValueError(f"line {number} is no valid record: {wrong}") from None


def with_sources(record: R, inherited: Key | None = None) -> R:
    """The record with every value naming its source, inherited from the nearest item that names one."""
    own = getattr(record, "source", None) or inherited
    changes: dict[str, Any] = {}
    for name in record.model_fields_set:
        value = getattr(record, name)
        if isinstance(value, Record):
            changes[name] = with_sources(value, own)
        elif isinstance(value, tuple) and any(isinstance(item, Record) for item in value):
            changes[name] = tuple(with_sources(item, own) for item in value)
    if "source" in type(record).model_fields and own:
        changes["source"] = own
    return record.model_copy(update=changes) if changes else record
