"""What things are called on a page: one question for all the IRIs on it."""

from __future__ import annotations

from collections.abc import Iterable

from pyoxigraph import NamedNode

from ogpgraph.pages.context import Context
from ogpgraph.pages.terms import Row

_AT_ONCE = 500  # IRIs in one query
_QUERY = """PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
SELECT ?thing ?label WHERE {{
  VALUES ?thing {{ {things} }}
  ?thing rdfs:label|skos:prefLabel ?label
  FILTER(LANG(?label) IN ("en", ""))
}} ORDER BY ?thing ?label"""


async def labels_of(context: Context, iris: Iterable[str]) -> dict[str, str]:
    """The English label of each IRI that has one; of several the first by the alphabet."""
    wanted = sorted(set(iris))
    found: dict[str, str] = {}
    for start in range(0, len(wanted), _AT_ONCE):
        things = " ".join(str(NamedNode(iri)) for iri in wanted[start : start + _AT_ONCE])
        for row in await context.ask(_QUERY.format(things=things)):
            found.setdefault(row["thing"].value, row["label"].value)
    return found


def iris_in(rows: Iterable[Row]) -> set[str]:
    """Every IRI of some rows."""
    return {term.value for row in rows for term in row.values() if term.is_iri}
