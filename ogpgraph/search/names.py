"""What the search is called in SPARQL, and where its index stands. Every worker imports this: it imports little."""

from __future__ import annotations

from pathlib import Path

from pyoxigraph import NamedNode

from ogpgraph.settings import BASE

FUNCTIONS = f"{BASE}function/"  # prefix ogpf:
MATCHES = NamedNode(f"{FUNCTIONS}matches")
SCORE = NamedNode(f"{FUNCTIONS}score")
FOLD = NamedNode(f"{FUNCTIONS}fold")
_FORMAT = 1  # of the index; another number is another file


def may_search(query: str) -> bool:
    """Whether a query may call one of the functions: nearly all queries cannot, and are spared what it takes.

    Their IRIs can be written relative to a base, with a prefix or with escapes; "function" or a backslash is in each.
    """
    return "function" in query or "\\" in query


def index_file(out: Path, digest: str) -> Path:
    """Where the index of the dataset with a digest (SHA-256) stands below the folder of the releases."""
    return out / "stores" / f"search-{_FORMAT}-{digest[:16]}.sqlite"
