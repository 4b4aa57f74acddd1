"""The indexes of reconciliation: made from what the engine answers, when they are first needed, and kept."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Iterable

from ogpgraph.engine.job import Engine, Job
from ogpgraph.negotiate import RESULT_FORMATS
from ogpgraph.pages.terms import Row as TermRow
from ogpgraph.pages.terms import Term, rows_of
from ogpgraph.protocol.requests import Query
from ogpgraph.reconcile.entities import Row, Rows
from ogpgraph.reconcile.index import Index
from ogpgraph.reconcile.queries import names_query, values_query
from ogpgraph.reconcile.schema import TYPES, Type

_JSON = next(each for each in RESULT_FORMATS if each.name == "json")
_KEPT = 2  # the release in service, and the one before it for requests that still run
_CLIENT = "reconciliation"  # whose share of the engine the making of an index takes
_NOTHING = Term("literal", "")


class Indexes:
    """The index of each dataset, by its digest."""

    def __init__(self) -> None:
        self._made: OrderedDict[str, asyncio.Task[Index]] = OrderedDict()

    async def of(self, engine: Engine) -> Index:
        """The index of what an engine answers from; who asks meanwhile waits for the same. Raises what it raises."""
        task = self._made.get(engine.digest)
        if task is None or (task.done() and (task.cancelled() or task.exception())):
            task = self._made[engine.digest] = asyncio.create_task(_make(engine))
        self._made.move_to_end(engine.digest)
        while len(self._made) > _KEPT:
            self._made.popitem(last=False)
        return await asyncio.shield(task)


async def _make(engine: Engine) -> Index:
    """The index. Its questions are long ones: they run among those of strangers, not before the pages."""
    answered = [await _answered(engine, kind) for kind in TYPES]
    return await asyncio.to_thread(Index, answered)


async def _answered(engine: Engine, kind: Type) -> Rows:
    names = await _ask(engine, names_query(kind))
    return Rows(kind.id, names, await _ask(engine, values_query(kind)))


async def _ask(engine: Engine, query: str) -> tuple[Row, ...]:
    async with engine.answer(Job(Query(query), _JSON, client=_CLIENT)) as answer:
        body = answer.complete
        if body is None:
            body = b"".join([chunk async for chunk in answer])
    return await asyncio.to_thread(lambda: rows_in(rows_of(body)))


def rows_in(answered: Iterable[TermRow]) -> tuple[Row, ...]:
    """The rows of the queries of ``ogpgraph.reconcile.queries`` as reconciliation knows them."""
    return tuple(_row(each) for each in answered)


def _row(found: TermRow) -> Row:
    is_name = "value" not in found  # names_query answers ?name, the others ?value and its ?name
    value = found["name" if is_name else "value"]
    name = "" if is_name else found.get("name", _NOTHING).value
    return Row(found["entity"].value, found["property"].value, value.value, value.language, name)
