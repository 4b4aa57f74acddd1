"""What is said of an entity: by the release, by which captures, and what captures say otherwise."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from ogpgraph.pages.terms import Row, Term
from ogpgraph.vocabulary import OGP

_LABELS = ("http://www.w3.org/2000/01/rdf-schema#label", "http://www.w3.org/2004/02/skos/core#prefLabel")
_TYPE = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"


@dataclass(slots=True)
class Value:
    """One value of a property, with the graphs that state it."""

    term: Term
    graphs: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Statement:
    """What the release says by one property, and what captures say that the release does not take over."""

    property: str
    values: list[Value] = field(default_factory=list)
    others: list[Value] = field(default_factory=list)

    def shared_graphs(self) -> list[str]:
        """The graphs that state every value, where all values have the same and there is more than one value."""
        first = self.values[0].graphs if len(self.values) > 1 else []
        return first if all(value.graphs == first for value in self.values) else []

    def dissenting(self) -> int:
        """How many graphs say otherwise."""
        return len({graph for value in self.others for graph in value.graphs})


@dataclass(frozen=True, slots=True)
class Facts:
    """An entity and all that the release says of it, for those who look for something in particular."""

    iri: str
    statements: dict[str, Statement]  # by property

    @property
    def types(self) -> list[str]:
        """The IRIs of its classes, those of this graph's ontology first."""
        return sorted((term.value for term in self.all(_TYPE)), key=lambda name: (not name.startswith(OGP.iri), name))

    def all(self, *properties: str) -> list[Term]:
        """The values of some properties in the release."""
        return [value.term for name in properties if name in self.statements for value in self.statements[name].values]

    def first(self, *properties: str) -> Term | None:
        """The best value: English before no language before others; by the order of the properties."""
        for name in properties:
            if found := sorted(self.all(name), key=_english_first):
                return found[0]
        return None

    def name(self) -> Term | None:
        """What the entity is called."""
        return self.first(*_LABELS)

    def terms(self) -> list[Term]:
        """Every value, also what captures say otherwise."""
        return [value.term for each in self.statements.values() for value in (*each.values, *each.others)]

    def graphs(self) -> set[str]:
        """Every graph that says something of it."""
        return {
            graph
            for each in self.statements.values()
            for value in (*each.values, *each.others)
            for graph in value.graphs
        }


def facts_of(iri: str, rows: Iterable[Row]) -> Facts:
    """What is said of an entity, with its sources, from the rows of ``entity.rq``."""
    graphs: dict[tuple[str, Term], list[str]] = defaultdict(list)
    stated: list[tuple[str, Term]] = []
    for row in rows:
        if "subject" not in row:
            said = row["property"].value, row["value"]
            if "graph" in row:
                graphs[said].append(row["graph"].value)
            else:
                stated.append(said)
    found: dict[str, Statement] = {}
    for name, value in stated:
        found.setdefault(name, Statement(name)).values.append(Value(value, graphs.pop((name, value), [])))
    for (name, value), sources in graphs.items():
        found.setdefault(name, Statement(name)).others.append(Value(value, sources))
    return Facts(iri, dict(sorted(found.items(), key=lambda entry: _reading_order(entry[0]))))


def english(terms: Iterable[Term]) -> Term | None:
    """The best of some values: English before no language before others."""
    return min(terms, key=_english_first, default=None)


def _english_first(term: Term) -> tuple[int, str]:
    order = {"en": 0, "": 1}
    return order.get(term.language, 2), term.value


def _reading_order(name: str) -> tuple[int, str]:
    """Types and names first, then what this graph defines, then terms of others, sources last."""
    if name == _TYPE:
        return 0, name
    if name in _LABELS or name.endswith(("terms/title", "terms/identifier", "terms/abstract", "#definition")):
        return 1, name
    return (4 if name.endswith(("terms/source", "#wasDerivedFrom")) else 2 if "/ontology#" in name else 3), name
