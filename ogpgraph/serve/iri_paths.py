"""From the path of a request to the IRI that it stands for."""

from __future__ import annotations

from urllib.parse import quote

from pyoxigraph import NamedNode
from starlette.exceptions import HTTPException

# What a path keeps as it is in an IRI: as ogpgraph.iris mints them.
_SAFE = "/-._~"


def quoted(path: str) -> str:
    """A path as it stands in an IRI, in an address and in a header."""
    return quote(path, safe=_SAFE)


def entity_node(base: str, path: str) -> NamedNode:
    """The node of a path below the base; 404 where the path makes no IRI.

    The node's own text form is what goes into a query, so nothing that a client writes can end the IRI there.
    """
    try:
        return NamedNode(base + quoted(path))
    except ValueError:
        raise HTTPException(404) from None
