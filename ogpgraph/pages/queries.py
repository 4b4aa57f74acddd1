"""The queries behind the pages: ``queries/pages/<name>.rq``, each of them valid as it stands.

An IRI that a page puts in is written there as a relative one, ``<entity>``; it is replaced in the text, because an
engine plans a query better for a node than for a variable that is bound to it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

from pyoxigraph import NamedNode

from ogpgraph.settings import PROJECT
from ogpgraph.vocabulary import under_base

FOLDER = PROJECT / "queries" / "pages"
_LIMIT = re.compile(r"\s*LIMIT (\d+)\s*$")  # at the end


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


@lru_cache
def limit_of(name: str) -> int | None:
    """How many rows a query gives at most."""
    found = _LIMIT.search(query_text(name))
    return int(found[1]) if found else None


@lru_cache
def said_of(name: str) -> str:
    """What a query answers: the first sentence of the comment at its top."""
    comment = " ".join(line.lstrip("# ") for line in query_text(name).split("\n") if line.startswith("#"))
    return re.split(r"[.:](?:\s|$)", comment, maxsplit=1)[0]


def without_limit(query: str) -> str:
    """A query that gives all its rows, without the comment at its top."""
    lines = _LIMIT.sub("", query).rstrip().split("\n")
    return "\n".join(line for line in lines if not line.startswith("#"))


def counting(query: str) -> str:
    """A query for the number of rows that another one gives without its limit."""
    head, select, body = without_limit(query).partition("SELECT ")
    return f"{head}SELECT (COUNT(*) AS ?number) WHERE {{ {select}{body} }}"


def filled_with_many(name: str, iris: Iterable[str]) -> str:
    """A query with some IRIs in the place of ``<things>``; ValueError for what is no IRI, KeyError as above."""
    text = query_text(name)
    if "<things>" not in text:
        raise KeyError(f"queries/pages/{name}.rq has no <things>")
    return text.replace("<things>", values_of(iris))


def values_of(iris: Iterable[str]) -> str:
    """IRIs as they stand in ``VALUES``; ValueError for what is no IRI."""
    return " ".join(str(NamedNode(iri)) for iri in iris)
