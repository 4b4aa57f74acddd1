"""A vocabulary as pages read it: all statements of a small graph, by subject and property."""

from __future__ import annotations

from collections.abc import Iterable

from ogpgraph.pages.terms import Row, Term
from ogpgraph.vocabulary import RDF, RDFS, SKOS

_MOST_STEPS = 10_000  # a list that leads back to itself ends here


class Facts:
    """The statements of rows with ``subject``, ``property`` and ``value``; subjects are IRIs or blank nodes."""

    def __init__(self, rows: Iterable[Row]) -> None:
        self._values: dict[str, dict[str, list[Term]]] = {}
        self._subjects: dict[tuple[str, str], list[str]] = {}
        for row in rows:
            subject, name, value = row["subject"].value, row["property"].value, row["value"]
            self._values.setdefault(subject, {}).setdefault(name, []).append(value)
            self._subjects.setdefault((name, value.value), []).append(subject)

    def __bool__(self) -> bool:
        return bool(self._values)

    def __contains__(self, subject: str) -> bool:
        return subject in self._values

    def of_type(self, *types: str) -> list[str]:
        """The subjects that have one of some types, sorted."""
        return sorted({subject for each in types for subject in self.pointing(RDF.type.value, each)})

    def values(self, subject: str, name: str) -> list[Term]:
        """What a subject has by a property, sorted."""
        return sorted(self._values.get(subject, {}).get(name, []))

    def iris(self, subject: str, name: str) -> list[str]:
        """The IRIs that a subject has by a property."""
        return [value.value for value in self.values(subject, name) if value.is_iri]

    def first(self, subject: str, name: str) -> str:
        """The first value of a property as text; empty where there is none."""
        return next((value.value for value in self.values(subject, name)), "")

    def texts(self, subject: str, name: str) -> dict[str, str]:
        """The first text in each language, by the language's tag; English first."""
        found: dict[str, str] = {}
        for value in self.values(subject, name):
            if value.kind == "literal":
                found.setdefault(value.language, value.value)
        return dict(sorted(found.items(), key=lambda item: (item[0] != "en", item[0])))

    def text(self, subject: str, name: str) -> str:
        """The English text, else any; empty where there is none."""
        return next(iter(self.texts(subject, name).values()), "")

    def pointing(self, name: str, value: str) -> list[str]:
        """The subjects that have a value by a property, sorted."""
        return sorted(self._subjects.get((name, value), []))

    def mentioned(self) -> set[str]:
        """Every IRI that stands anywhere."""
        values = {each.value for by in self._values.values() for some in by.values() for each in some if each.is_iri}
        return values | {name for by in self._values.values() for name in by}

    def members(self, head: str) -> list[Term]:
        """The members of an RDF list."""
        found: list[Term] = []
        for _ in range(_MOST_STEPS):
            if head == RDF.nil.value or head not in self._values:
                break
            found += self.values(head, RDF.first.value)
            head = self.first(head, RDF.rest.value)
        return found

    def label(self, subject: str) -> str:
        """What a subject is called in English: its ``skos:prefLabel`` or ``rdfs:label``; empty where it has none."""
        return self.text(subject, SKOS.prefLabel.value) or self.text(subject, RDFS.label.value)
