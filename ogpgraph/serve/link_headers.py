"""Link headers (RFC 8288): one header with all links of a kind of answer.

::

    original    the entity itself, whose IRI never changes      canonical   the same, for a page about it
    describes   from a document to the entity                   describedby from the entity to its documents
    alternate   the same document in another form               type        what the entity is
    collection  the dataset that it belongs to                  timegate, timemap, memento, …   see memento.py
"""

from __future__ import annotations

from collections.abc import Iterable

from ogpgraph.pages.links import DATA_FORMS, Links
from ogpgraph.serve.memento import links_of_original

_MOST_TYPES = 8  # of an entity; a header is no place for more


def link(target: str, relation: str, media_type: str = "") -> str:
    """One link; ``target`` is an IRI or a path in which nothing needs to be escaped."""
    return f'<{target}>; rel="{relation}"' + (f'; type="{media_type}"' if media_type else "")


def of_entity(links: Links, iri: str) -> list[str]:
    """From an entity, which is no document, to those about it: for the 303."""
    page = link(links.page(iri), "describedby", "text/html")
    data = [link(links.data(iri, extension), "describedby", kind) for extension, kind, _ in DATA_FORMS]
    return [page, *data, *links_of_original(links, iri)]


def of_document(links: Links, iri: str, form: str, types: Iterable[str]) -> list[str]:
    """From a document about an entity; ``form`` is ``html`` or an extension of ``DATA_FORMS``."""
    forms = [("html", "text/html", links.page(iri))]
    forms += [(extension, kind, links.data(iri, extension)) for extension, kind, _ in DATA_FORMS]
    relation = "alternate describedby" if form == "html" else "alternate"  # data describe what a page is about
    others = [link(target, relation, kind) for extension, kind, target in forms if extension != form]
    own = [link(iri, "canonical describes" if form == "html" else "describes")]
    kinds = [link(each, "type") for each in sorted(types)[:_MOST_TYPES]]
    dataset = link(f"{links.base}id/dataset/ogp-graph", "collection")
    return [*own, *others, *kinds, dataset, *links_of_original(links, iri)]


def joined(links: Iterable[str]) -> dict[str, str]:
    """The header."""
    return {"Link": ", ".join(links)}
