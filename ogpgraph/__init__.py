"""The linked-data knowledge graph of the Open Government Partnership.

The flow, one arrow a module and a command::

    sources --read--> records --lift--> RDF --release--> validated release --load--> store --serve--> HTTP

For researchers: ``ogpgraph.open("dist")`` or ``ogpgraph.open("https://…/sparql")`` (docs/python.md).
"""

from __future__ import annotations

# As in typing, which is not imported: workers and servers import this package too, and should be there at once.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from ogpgraph.analysis.answers import QueryFailed
    from ogpgraph.analysis.knowledge_graph import KnowledgeGraph
    from ogpgraph.analysis.opening import open_graph as open  # as in gzip.open
    from ogpgraph.load import DamagedRelease
    from ogpgraph.protocol import QuerySyntaxError

__all__ = ["DamagedRelease", "KnowledgeGraph", "QueryFailed", "QuerySyntaxError", "__version__", "open"]
__version__ = "0.1.0"

# What researchers use is loaded when it is first named.
_LAZY = {
    "open": ("ogpgraph.analysis.opening", "open_graph"),
    "KnowledgeGraph": ("ogpgraph.analysis.knowledge_graph", "KnowledgeGraph"),
    "QueryFailed": ("ogpgraph.analysis.answers", "QueryFailed"),
    "QuerySyntaxError": ("ogpgraph.protocol", "QuerySyntaxError"),
    "DamagedRelease": ("ogpgraph.load", "DamagedRelease"),
}


def __getattr__(name: str) -> object:
    if name not in _LAZY:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    module, attribute = _LAZY[name]
    found = globals()[name] = getattr(import_module(module), attribute)
    return found


def __dir__() -> list[str]:
    return sorted({*globals(), *_LAZY})
