"""The search of the site as a table: what was found, by what name, of what kind."""

from __future__ import annotations

from collections.abc import Callable
from itertools import chain

from pyoxigraph import Literal, NamedNode

from ogpgraph.analysis.answers import Solutions
from ogpgraph.analysis.columns import Column
from ogpgraph.search.asked import Search, search_of
from ogpgraph.search.facets import KIND_LABELS


def asked(words: str, **facets: object) -> Search:
    """A search by words and facets, each with one value or several; ValueError where it cannot be meant."""
    chosen = [
        (name, str(value))
        for name, values in facets.items()
        for value in ([values] if isinstance(values, str | int) else chain(values))  # type: ignore[arg-type]
    ]
    search = search_of([("q", words), *chosen])
    if search.asks_nothing:
        raise ValueError("a search has at least one word or value")
    return search


def entities_of(found: Solutions) -> list[NamedNode]:
    """The entities of the answer to ``ogpgraph.search.asked.as_sparql``."""
    place = found.variables.index("entity")
    return [row[place] for row in found.rows if isinstance(row[place], NamedNode)]  # type: ignore[misc]


def search_columns(found: Solutions, names: Solutions, shorten: Callable[[str], str] | None) -> list[Column]:
    """``entity``, ``kind``, ``name`` and ``score``; of several names the English one, else the first."""
    called: dict[str, tuple[bool, str]] = {}
    kinds: dict[str, str] = {}
    for entity, name, kind in names.rows:
        assert isinstance(entity, NamedNode)
        if isinstance(name, Literal):
            is_foreign = name.language not in ("en", None)
            if entity.value not in called or (not is_foreign and called[entity.value][0]):
                called[entity.value] = (is_foreign, name.value)
        if isinstance(kind, NamedNode) and kind.value in KIND_LABELS:
            kinds.setdefault(entity.value, KIND_LABELS[kind.value])
    iris = [entity.value for entity in entities_of(found)]
    scores = [float(row["score"] or 0) for row in found.texts()]
    return [
        Column("entity", "text", [shorten(iri) if shorten else iri for iri in iris]),
        Column("kind", "text", [kinds.get(iri) for iri in iris]),
        Column("name", "text", [called[iri][1] if iri in called else None for iri in iris]),
        Column("score", "number", scores),
    ]
