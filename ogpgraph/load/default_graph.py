"""The default graph of a dataset in a store by itself: what most queries ask, with half as much to look through.

The engine in memory finds a statement by going through all that say something of its subject (or object, predicate,
graph), in whatever graph. In a release that are also all statements of the sources, so that a query of which the
default graph is all it sees (SPARQL 1.1, section 13) takes up to twice as long as it need.
"""

from __future__ import annotations

import re

from pyoxigraph import DefaultGraph, Store

# The engine's parser needs no boundary before a keyword, but reads a name or a variable as far as it goes. What follows
# these keywords is a variable or an IRI, full or prefixed. A comment may stand before it, and is not looked into; no
# name is read further than most are long.
_LETTER = r"[\w.\-\u0080-\U0010ffff]"
_BEGUN_NAME = re.compile(r"[:?$][\w-]{0,99}\Z")
_NAMED_NEXT = re.compile(rf"\s*(?:named\s*)?(?:[?$<#]|{_LETTER}{{0,99}}:|{_LETTER}{{100}})")


def default_graph_of(store: Store) -> Store:
    """A copy in memory of the default graph of a store."""
    alone = Store()
    alone.bulk_extend(store.quads_for_pattern(None, None, None, DefaultGraph()))
    return alone


def may_name_graphs(query: str) -> bool:
    """Whether GRAPH or FROM may stand in a query. Where neither does, it sees nothing but the default graph.

    A look at the letters, which costs a hundredth of reading the tokens; what is written like it in a string or a
    comment passes for it too.
    """
    small = query.lower()
    return _may_be_keyword("graph", small) or _may_be_keyword("from", small)


def _may_be_keyword(word: str, small: str) -> bool:
    end = 0
    while (start := small.find(word, end)) >= 0:
        end = start + len(word)
        if _NAMED_NEXT.match(small, end) and not _BEGUN_NAME.search(small, max(0, start - 100), start):
            return True
    return False
