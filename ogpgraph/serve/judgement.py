"""What the tokenizer finds out about a query before it is evaluated, remembered for queries that come again."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from functools import lru_cache

from ogpgraph.engine.job import Lane
from ogpgraph.negotiate import GRAPH_FORMATS, RESULT_FORMATS, Format
from ogpgraph.protocol import refusals, tokens
from ogpgraph.protocol.requests import Query
from ogpgraph.serve.long_texts import LONGEST_AT_ONCE, LongTexts
from ogpgraph.settings import Settings

# Together at most 8 MB of text.
_MOST_REMEMBERED = 2048
# How deep a query nests takes microseconds a character to find out: in a longer one only its calls are looked at.
_LONGEST_READ = 4096


@dataclass(frozen=True, slots=True)
class Judgement:
    """A query that may be evaluated."""

    formats: tuple[Format, ...]  # what its answer can be; empty where it does not parse, as the engine will say
    is_shared: bool  # whether a release always gives the same answer, so that others may get it too
    lane: Lane


class Judge:
    """Judges queries by the settings.

    A worker of the embedded engine that meets a query that nests too deep ends, and its client is told so: reading
    short queries before only spares the worker. Another endpoint is spared always.
    """

    def __init__(self, settings: Settings, long_texts: LongTexts) -> None:
        self._settings, self.long_texts = settings, long_texts
        self._remembered = lru_cache(_MOST_REMEMBERED)(self._judged)

    async def prepare(self) -> None:
        """Do beforehand, in a thread, what the first queries of a server would wait for."""
        await asyncio.to_thread(tokens.prepare)

    async def __call__(self, query: Query) -> Judgement:
        """What may be evaluated; raises Refused for what may not, TooDeep for what nests too deep."""
        if len(query.text) <= _LONGEST_READ:
            return self._remembered(query)
        return await self.long_texts.read(len(query.text), self._judged, query)

    def at_once(self, query: Query) -> Judgement | None:
        """The same without waiting, for who remembers it; None for a query that is too long for it."""
        return self._judged(query) if len(query.text) <= _LONGEST_READ else None

    def _judged(self, query: Query) -> Judgement:
        text = query.text
        if len(text) <= _LONGEST_READ or self._settings.engine:
            asked = refusals.check(query, self._settings)
        else:
            asked = refusals.check_fetches(query, self._settings)
        form = tokens.form_of(text)
        formats = GRAPH_FORMATS if form in ("CONSTRUCT", "DESCRIBE") else RESULT_FORMATS
        lane = Lane.FEDERATED if asked else Lane.PUBLIC
        # The cache is for what many ask, which is never that long.
        is_shared = not asked and len(text) <= LONGEST_AT_ONCE and tokens.is_deterministic(text)
        return Judgement(formats if form else (), is_shared, lane)
