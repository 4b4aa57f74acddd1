"""Columns of values out of RDF terms: which type a column has, whatever library the frame is of.

=================  ======================================================================  =====================
type               where every bound value of the column is                                value
=================  ======================================================================  =====================
``integer``        xsd:integer or derived from it, within 64 bits                          int
``year``           xsd:gYear                                                               int
``number``         xsd:decimal, xsd:double, xsd:float, or some of them an xsd:integer      float
``boolean``        xsd:boolean                                                             bool
``date``           xsd:date without a time zone                                            datetime.date
``time``           xsd:dateTime without a time zone                                        datetime.datetime
``instant``        xsd:dateTime with a time zone                                           datetime.datetime, UTC
``text``           anything else: IRIs, strings in any language, other types, mixtures     str
``texts``          several of them (only in ready tables)                                  list of str
=================  ======================================================================  =====================

A value that is not what its datatype says ("2015-02-30"^^xsd:date) makes its column one of text, where it stands as it
is written. Dates that are not equally exact (2015, 2015-07) are a mixture too.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Literal as OneOf

from pyoxigraph import Literal, NamedNode

from ogpgraph.analysis.answers import Solutions, Term, lexical
from ogpgraph.vocabulary import XSD

Type = OneOf["integer", "year", "number", "boolean", "date", "time", "instant", "text", "texts"]
Value = str | int | float | bool | date | datetime | list[str] | None

_INTEGERS = {
    XSD[name].value
    for name in (
        *("integer", "int", "long", "short", "byte", "nonNegativeInteger", "positiveInteger", "nonPositiveInteger"),
        *("negativeInteger", "unsignedLong", "unsignedInt", "unsignedShort", "unsignedByte"),
    )
}
_NUMBERS = {XSD[name].value for name in ("decimal", "double", "float")}
_ZONE = r"(?:Z|[+-]\d\d:\d\d)"
_BOOLEANS = {"true": True, "1": True, "false": False, "0": False}


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a frame; a missing value is None, in a column of ``texts`` an empty list."""

    name: str
    type: Type
    values: Sequence[Value]


def columns_of(
    solutions: Solutions, shorten: Callable[[str], str] | None = None, languages: bool = False
) -> list[Column]:
    """A column for each variable; ``shorten`` makes CURIEs of IRIs.

    With ``languages`` a column that has language tags is followed by ``<name>_language`` (BCP 47, lower case).
    """
    found: list[Column] = []
    for place, name in enumerate(solutions.variables):
        terms = [row[place] for row in solutions.rows]
        found.append(_column(name, terms, shorten))
        tags = [term.language if isinstance(term, Literal) else None for term in terms]
        if languages and any(tags):
            found.append(Column(f"{name}_language", "text", tags))
    return found


def _column(name: str, terms: Sequence[Term | None], shorten: Callable[[str], str] | None) -> Column:
    datatypes = {term.datatype.value if isinstance(term, Literal) else "" for term in terms if term is not None}
    for kind, fits, read in _TYPES:
        if datatypes and datatypes <= fits:
            try:
                return Column(name, kind, [read(term.value) if isinstance(term, Literal) else None for term in terms])
            except ValueError:
                continue
    return Column(name, "text", [_text(term, shorten) for term in terms])


def _text(term: Term | None, shorten: Callable[[str], str] | None) -> str | None:
    return shorten(term.value) if shorten and isinstance(term, NamedNode) else lexical(term)


def _integer(text: str) -> int:
    number = int(text)
    if not -(2**63) <= number < 2**63:
        raise ValueError(text)
    return number


def _year(text: str) -> int:
    if not re.fullmatch(rf"-?\d{{4,}}{_ZONE}?", text):
        raise ValueError(text)
    return int(re.sub(rf"{_ZONE}$", "", text))


def _number(text: str) -> float:
    return float({"INF": "inf", "-INF": "-inf", "NaN": "nan"}.get(text, text))


def _boolean(text: str) -> bool:
    if text not in _BOOLEANS:
        raise ValueError(text)
    return _BOOLEANS[text]


def _date(text: str) -> date:
    if not re.fullmatch(r"\d{4}-\d\d-\d\d", text):
        raise ValueError(text)
    return date.fromisoformat(text)


def _time(text: str) -> datetime:
    if re.search(rf"{_ZONE}$", text):
        raise ValueError(text)
    return datetime.fromisoformat(text)


def _instant(text: str) -> datetime:
    if not re.search(rf"{_ZONE}$", text):
        raise ValueError(text)
    return datetime.fromisoformat(text).astimezone(UTC)


# In this order: of several types that fit the first.
_TYPES: tuple[tuple[Type, set[str], Callable[[str], Value]], ...] = (
    ("integer", _INTEGERS, _integer),
    ("year", {XSD.gYear.value}, _year),
    ("number", _INTEGERS | _NUMBERS, _number),
    ("boolean", {XSD.boolean.value}, _boolean),
    ("date", {XSD.date.value}, _date),
    ("time", {XSD.dateTime.value}, _time),
    ("instant", {XSD.dateTime.value}, _instant),
)
