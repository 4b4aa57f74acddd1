"""Pages without a server: a context that asks a store in this process."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from pyoxigraph import QueryResultsFormat, QuerySolutions, QueryTriples, RdfFormat, Store

from ogpgraph.pages.context import About, Context
from ogpgraph.pages.links import Links
from ogpgraph.pages.terms import Row, rows_of
from ogpgraph.settings import BASE

ABOUT = About("9.8.7-test", "2026-11-22", "2011-09-20", "2026-11-20", 1000)


def context_of(store: Store, path: str = "/", root: str = "") -> Context:
    """A context whose questions the store answers."""

    async def ask(query: str) -> list[Row]:
        answer = store.query(query)
        assert isinstance(answer, QuerySolutions)
        results = answer.serialize(format=QueryResultsFormat.JSON)
        assert results is not None
        return rows_of(results)

    return Context(ask, Links(BASE, root), ABOUT, path)


def answer_of(store: Store) -> Callable[[str, bool], Awaitable[bytes]]:
    """What answers an example query: JSON, or N-Triples where the answer is a graph."""

    async def answer(query: str, is_graph: bool) -> bytes:
        found = store.query(query)
        if is_graph:
            assert isinstance(found, QueryTriples)
            raw = found.serialize(format=RdfFormat.N_TRIPLES)
        else:
            assert not isinstance(found, QueryTriples)
            raw = found.serialize(format=QueryResultsFormat.JSON)
        assert raw is not None
        return raw

    return answer


def page(store: Store, make: Callable[[Context], Awaitable[str]], path: str = "/", root: str = "") -> str:
    """The page that ``make`` makes."""
    return asyncio.run(_made(make, context_of(store, path, root)))


async def _made(make: Callable[[Context], Awaitable[str]], context: Context) -> str:
    return await make(context)
