"""What the section at the top of an entity's page is made of."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from ogpgraph.pages.context import Context
from ogpgraph.pages.labels import iris_in
from ogpgraph.pages.links import short
from ogpgraph.pages.statements import Facts
from ogpgraph.pages.terms import Row, Term, natural
from ogpgraph.vocabulary import Namespace


@dataclass(frozen=True, slots=True)
class Lead:
    """The top of a page: a template below ``templates/kinds/``, tables of rows for it, and what else it needs.

    Every IRI of the tables and of ``mentioned`` gets a label.
    """

    template: str
    tables: dict[str, list[Row]] = field(default_factory=dict)
    shaped: dict[str, Any] = field(default_factory=dict)
    mentioned: set[str] = field(default_factory=set)

    def iris(self) -> set[str]:
        """What the template writes the names of."""
        return self.mentioned.union(*(iris_in(rows) for rows in self.tables.values()))


MakeLead = Callable[[Context, Facts], Awaitable[Lead]]


class Picked:
    """An entity's values by short names, for templates: ``facts.ogp.memberSince``, ``facts.dcterms.abstract``."""

    def __init__(self, facts: Facts, vocabulary: Namespace) -> None:
        self._facts, self._vocabulary = facts, vocabulary

    def all(self, name: str) -> list[Term]:
        """Every value."""
        return self._facts.all(self._vocabulary[name].value)

    def first(self, name: str) -> Term | None:
        """The best value, or None."""
        return self._facts.first(self._vocabulary[name].value)


def by_number(rows: list[Row], number: str = "number", thing: str = "commitment") -> list[Row]:
    """Rows in the order of a printed number (2 before 10.1), those without one last, by the IRI."""
    return sorted(rows, key=lambda row: (number not in row, natural(str(row.get(number, ""))), short(str(row[thing]))))


def grouped(rows: list[Row], key: str) -> dict[str, list[Row]]:
    """Rows by the value of a variable, in the order that they come in; what lacks it is left out."""
    found: dict[str, list[Row]] = {}
    for row in rows:
        if key in row:
            found.setdefault(row[key].value, []).append(row)
    return found
