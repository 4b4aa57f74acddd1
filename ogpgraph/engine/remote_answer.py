"""The answer of another SPARQL endpoint while it comes: passed on without being read, within our limits."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable

import httpx2

from ogpgraph.engine.answer import FIRST_BYTES
from ogpgraph.engine.compression import WORTH_PACKING_BYTES, compressor
from ogpgraph.engine.job import Cost, EngineFailed, Job, Lane, LimitReached
from ogpgraph.engine.slots import Slots
from ogpgraph.engine.upstream import Upstream, failure_of
from ogpgraph.settings import Settings


class RemoteAnswer:
    """One query at another endpoint; see ``job.Answer`` for what a caller may expect.

    Nothing is read ahead beyond the first bytes: a client that reads slowly slows the endpoint down.
    """

    def __init__(self, job: Job, slots: Slots, settings: Settings, upstream: Upstream) -> None:
        self.encoding = "identity"
        self.complete: bytes | None = None
        self.cost = Cost()
        self.on_failure: Callable[[], None] | None = None
        self._job = job
        self._slots = slots
        self._settings = settings
        self._upstream = upstream
        self._has_slot = False
        self._is_late = False
        self._response: httpx2.Response | None = None
        self._pieces: AsyncIterator[bytes] | None = None
        self._first: list[bytes] = []
        self._timer: asyncio.TimerHandle | None = None
        self._ending: asyncio.Task[None] | None = None
        self._started = 0.0

    async def __aenter__(self) -> RemoteAnswer:
        loop = asyncio.get_running_loop()
        asked = loop.time()
        await self._slots.take(self._job)
        self._has_slot = True
        self._started = loop.time()
        self.cost.queue_seconds = self._started - asked
        deadline = self._started + self._limit_seconds[1]
        try:
            async with asyncio.timeout_at(deadline):
                is_whole = await self._begin()
        except TimeoutError:
            await self._leave()
            raise self._late() from None
        except BaseException:
            await self._leave()
            raise
        if is_whole:
            await self._leave()
        else:
            self._timer = loop.call_at(deadline, self._cut)
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._leave()

    async def __aiter__(self) -> AsyncIterator[bytes]:
        if self.complete is not None:
            yield self.complete
            return
        packing = compressor(self.encoding)
        if first := packing.compress(b"".join(self._first)):
            yield first
        self._first.clear()
        while (piece := await self._next_piece()) is not None:
            if packed := packing.compress(piece):
                yield packed
        if last := packing.flush():
            yield last

    async def _begin(self) -> bool:
        """Ask, and read the first bytes; True where they are the whole answer."""
        try:
            self._response = await self._upstream.ask(self._job.query, self._job.format.media_type)
        except httpx2.HTTPError as error:
            raise EngineFailed(f"the endpoint behind this server cannot be asked ({_kind(error)})", 502) from None
        if failure := await failure_of(self._response, self._job):
            raise failure
        self._pieces = self._response.aiter_raw()
        length = 0
        while length < FIRST_BYTES:
            piece = await self._next_piece()
            if piece is None:
                self._complete()
                return True
            self._first.append(piece)
            length += len(piece)
        self.encoding = self._job.encoding
        return False

    async def _next_piece(self) -> bytes | None:
        """What comes next from the endpoint, None at the end; LimitReached or EngineFailed where the answer is cut."""
        assert self._pieces
        try:
            piece = await anext(self._pieces, None)
        except (httpx2.HTTPError, httpx2.StreamError) as error:
            if self._is_late:
                raise self._late() from None
            raise EngineFailed(f"the endpoint behind this server broke off its answer ({_kind(error)})", 502) from None
        if self._is_late:
            raise self._late()
        self.cost.evaluation_seconds = asyncio.get_running_loop().time() - self._started
        if piece is not None:
            self._count(piece)
        return piece

    def _count(self, piece: bytes) -> None:
        self.cost.result_bytes += len(piece)
        most = self._settings.result_bytes
        if self.cost.result_bytes > most:
            found = f"{self.cost.result_bytes} bytes were written and the answer went on"
            raise LimitReached(413, "result_bytes", most, found)

    def _complete(self) -> None:
        """Hold the whole answer, compressed where that is worth while."""
        plain = b"".join(self._first)
        self._first.clear()
        if len(plain) > WORTH_PACKING_BYTES:
            self.encoding = self._job.encoding
        packing = compressor(self.encoding)
        self.complete = packing.compress(plain) + packing.flush()

    @property
    def _limit_seconds(self) -> tuple[str, int]:
        """The setting that bounds this query's time, and its value."""
        if self._job.lane is Lane.RESERVED:
            return "reserved_seconds", self._settings.reserved_seconds
        return "query_seconds", self._settings.query_seconds

    def _late(self) -> LimitReached:
        name, seconds = self._limit_seconds
        return LimitReached(503, name, seconds, "the query was ended then")

    def _cut(self) -> None:
        """The time is over, whether or not somebody waits for the next piece."""
        self._is_late = True
        self._ending = asyncio.ensure_future(self._leave())
        if self.on_failure:
            self.on_failure()

    async def _leave(self) -> None:
        """The answer is whole, or nobody wants the rest: an endpoint that still writes sees its connection closed."""
        if self._timer:
            self._timer.cancel()
        try:
            if self._response:
                await self._response.aclose()
        finally:
            if self._has_slot:
                self._has_slot = False
                self._slots.give_back(self._job)


def _kind(error: Exception) -> str:
    """What went wrong on the connection, without addresses: ``ConnectError`` or its like."""
    return type(error).__name__
