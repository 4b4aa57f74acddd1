"""The queries behind the pages: ``queries/pages/<name>.rq``, each of them valid as it stands.

An IRI that a page puts in is written there as a relative one, ``<entity>``; it is replaced in the text, because an
engine plans a query better for a node than for a variable that is bound to it.
"""

from __future__ import annotations

from functools import lru_cache

from pyoxigraph import NamedNode

from ogpgraph.settings import PROJECT
from ogpgraph.vocabulary import under_base

FOLDER = PROJECT / "queries" / "pages"


@lru_cache
def query_text(name: str) -> str:
    """The text of a query by its file name without the ending."""
    return under_base((FOLDER / f"{name}.rq").read_text("utf-8"))


def filled(name: str, **nodes: str) -> str:
    """A query with IRIs in their places; ValueError for what is no IRI, KeyError for a place that the query lacks."""
    filled_text = query_text(name)
    for place, iri in nodes.items():
        if f"<{place}>" not in filled_text:
            raise KeyError(f"queries/pages/{name}.rq has no <{place}>")
        filled_text = filled_text.replace(f"<{place}>", str(NamedNode(iri)))
    return filled_text
