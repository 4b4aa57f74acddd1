"""The ready tables: their columns, with what each holds, and how they are asked for."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pyoxigraph import NamedNode, Triple

from ogpgraph.analysis.answers import Solutions
from ogpgraph.analysis.columns import Column, Type, Value

if TYPE_CHECKING:
    from ogpgraph.release.tables import Column as CsvColumn


@dataclass(frozen=True, slots=True)
class Described:
    """A column of a ready table: its type (see ``ogpgraph.analysis.columns``) and what it holds."""

    name: str
    type: Type
    description: str


_MEMBER = Described("member", "text", "Code of the member, such as FR")
_CYCLE = Described("cycle", "year", "Year in which the plan starts")
_DATE = "as exact as the sources are: year, month or day"

# Of each table; the first column of a table tells its rows apart, but that of ratings, which has several rows for one.
TABLES: dict[str, tuple[Described, ...]] = {
    "plans": (
        Described("plan", "text", "IRI of the action plan"),
        Described("id", "text", "Member and cycle, such as FR-2015"),
        _MEMBER,
        Described("member_name", "text", "Name of the member in English"),
        _CYCLE,
        Described("ordinal", "integer", "Which plan of the member it is, where known"),
        Described("title", "text", "Title, in English where there is one"),
        Described("start", "text", f"Start of the plan, {_DATE}"),
        Described("end", "text", f"End of the plan, {_DATE}"),
        Described("adopted", "text", "Date on which the plan was issued, where known"),
        Described("preceded_by", "text", "IRI of the plan before, where known"),
        Described("commitments", "integer", "Commitments of the plan in the release"),
        Described("commitments_stated", "integer", "Commitments that the plan has by its sources, where known"),
    ),
    "institutions": (
        Described("institution", "text", "IRI of the institution"),
        _MEMBER,
        Described("name", "text", "Name, in English where there is one"),
        Described("name_language", "text", "Language of the name (BCP 47)"),
        Described("other_names", "texts", "Other names, in any language"),
        Described("acronyms", "texts", "Acronyms"),
        Described("kind", "text", "Kind of institution"),
        Described("leads", "integer", "Commitments that it leads"),
        Described("supports", "integer", "Commitments that it supports"),
        Described("successors", "texts", "IRIs of the institutions that took its place"),
    ),
    "ratings": (
        Described("assessment", "text", "IRI of the assessment"),
        Described("commitment", "text", "IRI of the commitment"),
        _MEMBER,
        _CYCLE,
        Described("phase", "text", "Phase; 'Page header' is what a page shows without naming a report"),
        Described("assessed_by", "text", "Who assesses, where a source says so"),
        Described("variable", "text", "What is rated, such as completion; a variable may have several values"),
        Described("value", "text", "IRI of the value; missing where there is none"),
        Described("value_label", "text", "The value in English"),
        Described("rank", "integer", "Place of the value in its scale, 0 or 1 the lowest; scales differ"),
        Described("absent", "text", "Why there is no value; missing where there is one"),
        Described("report", "text", "IRI of the report, where known"),
    ),
    "lineage_statements": (
        Described("statement", "text", "IRI of the statement"),
        Described("earlier", "text", "IRI of the earlier commitment; missing where the statement names none"),
        Described("earlier_title", "text", "Its title"),
        Described("earlier_plan", "text", "IRI of the earlier plan"),
        Described("relation", "text", "Property of the ontology that joins the two, such as extendedBy"),
        Described("later", "text", "IRI of the later commitment or initiative; missing where none is named"),
        Described("later_title", "text", "Its title"),
        Described("later_plan", "text", "IRI of the later plan"),
        Described("fate", "text", "What became of a commitment, where the statement tells that instead"),
        Described("basis", "text", "On what ground it is said"),
        Described("stated", "boolean", "Whether a source says so of these very commitments"),
        Described("confidence", "number", "How sure the curator is of the reading, 0 to 1"),
        Described("asserted_by", "text", "Who says so"),
        Described("topic", "text", "Topic or policy area of which it is said"),
        Described("evidence", "text", "What the statement rests on"),
        Described("counter_evidence", "text", "What speaks against it"),
        Described("sources", "texts", "IRIs of the sources"),
    ),
}
# Query of the rows, and of the columns that hold several values, without ".rq".
QUERIES = {
    "plans": ("plans", ""),
    "institutions": ("institutions", "institutions-lists"),
    "ratings": ("ratings", ""),
    "lineage_statements": ("lineage", "lineage-lists"),
}


def described(table: str) -> tuple[Described, ...]:
    """The columns of a table; KeyError names those that there are."""
    if table == "commitments":
        return tuple(
            Described(each.name, _commitment_type(each.datatype, each.separator), each.description)
            for each in _commitment_columns()
        )
    if table not in TABLES:
        raise KeyError(f"no table {table!r}: there are {', '.join(('commitments', *TABLES))}")
    return TABLES[table]


def columns_of_table(
    table: str, rows: Solutions, lists: Solutions | None, shorten: Callable[[str], str] | None
) -> list[Column]:
    """The columns of a table from the answers to its queries; of rows that differ only in spare labels the first."""
    columns = described(table)
    several = _several(lists, shorten)
    terms = [dict(zip(rows.variables, row, strict=True)) for row in rows.rows]
    texts = rows.texts()
    key = None if table == "ratings" else columns[0].name
    kept: dict[object, int] = {}
    for number, row in enumerate(texts):
        kept.setdefault(row[key] if key else number, number)
    found = []
    for column in columns:
        if column.type == "texts":
            values: list[Value] = [several[texts[n][columns[0].name] or "", column.name] for n in kept.values()]
        else:
            values = []
            for n in kept.values():
                term, text = terms[n].get(column.name), texts[n].get(column.name)
                is_iri = shorten is not None and isinstance(term, NamedNode)
                values.append(_value(column.type, shorten(text) if is_iri and shorten and text else text))
        found.append(Column(column.name, column.type, values))
    return found


def commitment_columns(triples: Iterable[Triple], shorten: Callable[[str], str] | None) -> list[Column]:
    """The table that a release has as ``commitments.csv``, by the same code, from the triples of a part of it."""
    from ogpgraph.release.tables import commitments

    rows = [row for row in commitments(triples) if row["member"]]
    found = []
    for column in described("commitments"):
        values: list[Value] = [row[column.name] for row in rows]
        if column.type == "texts":
            values = [value or [] for value in values]
        elif column.name == "commitment" and shorten:
            values = [shorten(str(value)) for value in values]
        found.append(Column(column.name, column.type, values))
    return found


def _several(lists: Solutions | None, shorten: Callable[[str], str] | None) -> dict[tuple[str, str], list[str]]:
    found: dict[tuple[str, str], list[str]] = defaultdict(list)
    for row, column, value in lists.rows if lists else ():
        assert isinstance(row, NamedNode)
        text = shorten(value.value) if shorten and isinstance(value, NamedNode) else getattr(value, "value", "")
        names = found[row.value, str(getattr(column, "value", ""))]
        if text not in names:
            names.append(text)
    return found


def _value(kind: Type, text: str | None) -> Value:
    if text is None or kind == "text":
        return text
    if kind == "boolean":
        return text in ("true", "1")
    return float(text) if kind == "number" else int(text)


def _commitment_columns() -> Sequence[CsvColumn]:
    from ogpgraph.release.tables import all_columns  # reads what makes releases: only who asks should wait

    return all_columns()


def _commitment_type(datatype: str, separator: str) -> Type:
    if separator:
        return "texts"
    return "integer" if datatype == "integer" else "text"
