"""Terms and rows: what a SELECT query answers, as pages use it."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass

_XSD = "http://www.w3.org/2001/XMLSchema#"
_MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
_DAY = re.compile(r"(?P<year>\d{4,})(-(?P<month>0[1-9]|1[0-2])(-(?P<day>\d\d))?)?", re.ASCII)
_DATES = {_XSD + "date", _XSD + "gYear", _XSD + "gYearMonth"}
_NUMBERS = {_XSD + name for name in ("integer", "decimal", "double")}


@dataclass(frozen=True, slots=True, order=True)
class Term:
    """An RDF term: ``kind`` is ``iri``, ``literal`` or ``blank``; ``datatype`` is empty for plain strings."""

    kind: str
    value: str
    language: str = ""
    datatype: str = ""

    @property
    def is_iri(self) -> bool:
        """Whether it names something."""
        return self.kind == "iri"

    @property
    def is_web_address(self) -> bool:
        """Whether it is, or says, where something is on the web."""
        return self.kind != "blank" and self.value.startswith(("http://", "https://")) and " " not in self.value

    @property
    def is_date(self) -> bool:
        """Whether it is a day, a month or a year."""
        return self.datatype in _DATES

    @property
    def form(self) -> str:
        """How a page writes it: iri, blank, date, number, boolean, code, address, block or text."""
        if self.kind != "literal":
            return self.kind
        if self.datatype in _DATES:
            return "date"
        if self.datatype in _NUMBERS:
            return "number"
        if self.datatype == _XSD + "boolean":
            return "boolean"
        if self.is_web_address and not self.language:
            return "address"
        if self.datatype and not self.datatype.startswith(_XSD):
            return "code"
        return "block" if "\n" in self.value else "text"

    @property
    def in_words(self) -> str:
        """A date as ``20 November 2017``, a boolean as yes or no, all else as it is."""
        if self.form == "boolean":
            return "yes" if self.value in ("true", "1") else "no"
        return day_in_words(self.value) if self.is_date else self.value

    def __str__(self) -> str:
        return self.value


Row = dict[str, Term]  # by variable; what is not bound is missing


_KINDS = {"uri": "iri", "literal": "literal", "typed-literal": "literal", "bnode": "blank"}


def day_in_words(value: str) -> str:
    """``2017-11-20`` as ``20 November 2017``, ``2017-11`` as ``November 2017``; what is no date as it is."""
    found = _DAY.fullmatch(value)
    if not found:
        return value
    month = _MONTHS[int(found["month"]) - 1] if found["month"] else ""
    return " ".join(filter(None, (str(int(found["day"])) if found["day"] else "", month, found["year"])))


def natural(text: str) -> list[tuple[bool, int, str]]:
    """A key that sorts numbers in text by size: 2 before 10.1 before 10.2."""
    return [(not part.isdecimal(), int(part) if part.isdecimal() else 0, part) for part in re.split(r"(\d+)", text)]


def rows_of(results: bytes) -> list[Row]:
    """The rows of a SELECT query's answer in JSON (https://www.w3.org/TR/sparql11-results-json/)."""
    return [
        {name: _term(found) for name, found in binding.items()}
        for binding in json.loads(results)["results"]["bindings"]
    ]


def _term(found: dict[str, str]) -> Term:
    return Term(_KINDS[found["type"]], found["value"], found.get("xml:lang", ""), found.get("datatype", ""))
