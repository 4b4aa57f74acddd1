"""The default graph as rules look at it: values by subject and property, in a stable order."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from pyoxigraph import NamedNode, Triple

from ogpgraph.vocabulary import RDF, Term, without_blank_nodes


class Graph:
    """The default graph as rules look at it."""

    def __init__(self, triples: Iterable[Triple]) -> None:
        self._by_predicate: dict[NamedNode, list[tuple[NamedNode, Term]]] = defaultdict(list)
        self._values: dict[tuple[NamedNode, NamedNode], list[Term]] = defaultdict(list)
        self.add(triples)

    def add(self, triples: Iterable[Triple]) -> None:
        """Take in triples that are not there yet, so that each rule sees what the rules before it made."""
        for subject, predicate, value in without_blank_nodes(triples):
            self._by_predicate[predicate].append((subject, value))
            self._values[subject, predicate].append(value)

    def pairs(self, predicate: NamedNode) -> list[tuple[NamedNode, Term]]:
        """Subjects and objects of a property, in a stable order."""
        return sorted(self._by_predicate[predicate], key=lambda pair: (pair[0].value, str(pair[1])))

    def values(self, subject: NamedNode, predicate: NamedNode) -> list[Term]:
        return sorted(self._values[subject, predicate], key=str)

    def value(self, subject: NamedNode, predicate: NamedNode) -> Term | None:
        return next(iter(self.values(subject, predicate)), None)

    def of_type(self, kind: NamedNode) -> list[NamedNode]:
        return [subject for subject, value in self.pairs(RDF.type) if value == kind]
