"""The answer of the embedded engine while it comes: pieces from a worker, held up to a bound, given to a client."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Callable
from typing import Protocol

from ogpgraph.engine.frames import End
from ogpgraph.engine.job import Cost, EngineFailed, Job, LimitReached
from ogpgraph.engine.queue import Seeker

FIRST_BYTES = 256 * 1024  # an answer up to this length comes at once; a longer one starts to stream there
_CHUNK_BYTES = 256 * 1024


class Evaluator(Protocol):
    """Where the pieces come from: a worker."""

    def begin(self, answer: LocalAnswer) -> None:
        """Evaluate the query of this answer: call ``received``, then ``ended`` or ``failed``."""

    def pause(self) -> None:
        """Give no more pieces for now."""

    def resume(self) -> None:
        """Go on."""

    def abandon(self) -> None:
        """Stop: nobody wants the answer any more."""


class Evaluators(Protocol):
    """Who gives out workers: the pool."""

    def seek(self, job: Job, seeker: Seeker[Evaluator]) -> None:
        """Give the answer a worker, now or when there is one."""

    def give_up(self, job: Job, seeker: Seeker[Evaluator]) -> None:
        """The answer wants no worker any more."""

    def finished(self, job: Job) -> None:
        """The query needs its worker no longer."""


class LocalAnswer:
    """One query on one worker; see ``job.Answer`` for what a caller may expect."""

    def __init__(self, pool: Evaluators, job: Job, buffer_bytes: int) -> None:
        self.job = job
        self.encoding = "identity"
        self.complete: bytes | None = None
        self.cost = Cost()
        self.on_failure: Callable[[], None] | None = None
        self.held_bytes = 0  # come and not yet given
        self._pool = pool
        self._buffer_bytes = buffer_bytes
        self._worker: Evaluator | None = None  # while it works for this answer
        self._pieces: deque[bytes] = deque()
        self._is_whole = False
        self.error: Exception | None = None
        self._change: asyncio.Future[None] | None = None  # somebody waits for the next piece, the end or an error
        self._done: Callable[[LocalAnswer], None] | None = None  # to be told when ``_has_begun``
        self._was_asked = False  # by ``ask``
        self._asked_at = 0.0  # in the loop's time
        self._is_seeking = False  # waits for a worker

    async def __aenter__(self) -> LocalAnswer:
        if self._was_asked:
            return self
        try:
            self._begin()
            while not self._has_begun():
                await self._changed()
        except BaseException:
            self.leave()
            raise
        self._complete()
        return self

    async def __aexit__(self, *_: object) -> None:
        self.leave()

    def ask(self, done: Callable[[LocalAnswer], None]) -> None:
        """Begin without waiting here; ``done`` as of ``job.PromptEngine``."""
        self._was_asked = True
        try:
            self._begin()
        except (LimitReached, EngineFailed) as error:
            self.failed(error)
        self._done = done
        self._wake()  # of what has come already

    def _begin(self) -> None:
        self._asked_at = asyncio.get_running_loop().time()
        self._is_seeking = True
        try:
            self._pool.seek(self.job, self)
        except BaseException:
            self._is_seeking = False
            raise

    @property
    def is_wanted(self) -> bool:
        """False where the task that waits for it was cancelled."""
        return not (self._change and self._change.cancelled())

    def found(self, worker: Evaluator) -> None:
        """There is a worker: it begins."""
        self._is_seeking = False
        self.cost.queue_seconds = asyncio.get_running_loop().time() - self._asked_at
        self._worker = worker
        worker.begin(self)

    def refused(self, error: LimitReached) -> None:
        """There was no worker in time."""
        self._is_seeking = False
        self.failed(error)

    async def __aiter__(self) -> AsyncIterator[bytes]:
        while self._pieces or not self._is_whole:
            if not self._pieces:
                await self._changed()
            elif self.error:
                raise self.error
            else:
                yield self._next_chunk()

    def received(self, piece: bytes, encoding: str) -> None:
        """A piece has come from the worker."""
        self.encoding = encoding
        self._pieces.append(piece)
        self.held_bytes += len(piece)
        if self._worker and self.held_bytes > self._buffer_bytes:
            self._worker.pause()
        self._wake()

    def ended(self, end: End) -> None:
        """The worker has given the whole answer and is free."""
        self._let_go()
        self._is_whole = True
        self.cost.evaluation_seconds = end.evaluation_seconds
        self.cost.cpu_seconds = end.cpu_seconds
        self.cost.result_bytes = end.result_bytes
        if self._done:
            self._tell()
        else:
            self._wake()

    def failed(self, error: Exception) -> None:
        """There is no answer, or no more of it; the worker is free or has ended."""
        self._let_go()
        self.error = error
        self._wake()
        if self.on_failure:
            self.on_failure()

    async def _changed(self) -> None:
        """Wait for the next piece or the end; raises what has gone wrong."""
        if not self.error:
            self._change = asyncio.get_running_loop().create_future()
            await self._change
        if self.error:
            raise self.error

    def _has_begun(self) -> bool:
        """Whether the first bytes are there, or the whole of a short answer."""
        return self._is_whole or self.held_bytes >= FIRST_BYTES

    def _complete(self) -> None:
        if self._is_whole and self.held_bytes <= FIRST_BYTES:
            self.complete = self._pieces[0] if len(self._pieces) == 1 else b"".join(self._pieces)

    def _wake(self) -> None:
        if self._change and not self._change.done():
            self._change.set_result(None)
        elif self._done and (self.error or self._has_begun()):
            asyncio.get_running_loop().call_soon(self._tell)

    def _tell(self) -> None:
        if self._done:  # nobody has left meanwhile, and it was not told before
            done, self._done = self._done, None
            self._complete()
            done(self)

    def _next_chunk(self) -> bytes:
        """What is held, up to a bound: few large chunks cost less than many small ones."""
        taken = [self._pieces.popleft()]
        size = len(taken[0])
        while self._pieces and size + len(self._pieces[0]) <= _CHUNK_BYTES:
            taken.append(self._pieces.popleft())
            size += len(taken[-1])
        self.held_bytes -= size
        if self._worker and self.held_bytes <= self._buffer_bytes // 2:
            self._worker.resume()
        return taken[0] if len(taken) == 1 else b"".join(taken)

    def leave(self) -> None:
        """Nobody wants the rest: a worker that still works for it is ended."""
        self._done = None
        self._pieces.clear()
        if self._is_seeking:
            self._is_seeking = False
            self._pool.give_up(self.job, self)
        if self._worker:
            self._worker.abandon()
            self._let_go()

    def _let_go(self) -> None:
        """The worker does nothing for this answer any more."""
        if self._worker:
            self._worker = None
            self._pool.finished(self.job)
