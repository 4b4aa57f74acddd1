"""What the HTTP side asks of an engine, and what it gets back: the contract that every engine keeps."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from ogpgraph.negotiate import Format
from ogpgraph.protocol.requests import Query


class Lane(StrEnum):
    """Who asks. Strangers never hold the workers of the other lanes."""

    PUBLIC = "public"
    RESERVED = "reserved"  # pages, catalogue, health
    FEDERATED = "federated"  # queries with SERVICE to a listed endpoint: the only workers with a network


@dataclass(frozen=True, slots=True)
class Job:
    """One query to evaluate: already parsed as a request, judged by the tokenizer and negotiated."""

    query: Query
    format: Format
    encoding: str = "identity"  # or gzip, zstd: how the engine may compress; short answers stay as they are
    lane: Lane = Lane.PUBLIC
    client: str = ""  # whose share of the engine it takes


@dataclass(slots=True)
class Cost:
    """What an answer took, in seconds and bytes; filled while it is given."""

    queue_seconds: float = 0.0
    evaluation_seconds: float = 0.0
    cpu_seconds: float = 0.0
    result_bytes: int = 0  # before compression


class Answer(Protocol):
    """The bytes of one answer as they come: ``async with engine.answer(job) as answer``.

    Entering waits for a worker and for the first bytes (or the whole of a short answer), so that everything that
    goes wrong before is an exception: QuerySyntaxError, BadRequest, LimitReached, EngineFailed. Iterating gives the
    chunks; an exception there means that the answer is cut. Leaving early ends the query.
    """

    encoding: str  # what the bytes are really encoded with
    complete: bytes | None  # the whole answer where it was short enough to come at once
    cost: Cost
    on_failure: Callable[[], None] | None  # called when it is cut, whether or not somebody waits for the next chunk

    async def __aenter__(self) -> Answer: ...
    async def __aexit__(self, *_: object) -> None: ...
    def __aiter__(self) -> AsyncIterator[bytes]: ...


class Engine(Protocol):
    """Whoever evaluates."""

    @property
    def version(self) -> str:
        """Of the release that it answers from."""
        ...

    @property
    def digest(self) -> str:
        """SHA-256 of that release's dataset: the same digest gives the same answers."""
        ...

    @property
    def quads(self) -> int:
        """Statements in it."""
        ...

    async def start(self) -> None: ...
    def answer(self, job: Job) -> Answer: ...
    async def close(self) -> None:
        """No new queries; those in flight are finished first."""
        ...


class PromptAnswer(Answer, Protocol):
    """An answer that tells by a call when its first bytes are there: no task has to wait for them.

    Entering it after that call, to iterate over it, does not wait.
    """

    error: Exception | None  # why there is no answer; as entering an ``Answer`` would raise it

    def leave(self) -> None:
        """Nobody wants more of it: whoever got it calls this once, unless it has come whole or failed."""
        ...


class PromptEngine(Engine, Protocol):
    """An engine that can also be asked without waiting. Optional: ``answer`` does the same for every engine."""

    def ask(self, job: Job, done: Callable[[PromptAnswer], None]) -> PromptAnswer:
        """The answer, which is being evaluated or waits for a worker.

        ``done`` is called once by the event loop, never from within this call: with ``complete`` where the answer
        is whole and short, else with ``error``, else as soon as it can be iterated. Not after ``leave``.
        """
        ...


class LimitReached(Exception):
    """A request that met a limit of the settings; names the limit, its value and what was found.

    ``status`` is what a client gets: 413 where the answer or the body is too large, 429 where the client takes more
    than its share, 503 elsewhere. ``retry_seconds`` where asking again later makes sense.
    """

    def __init__(self, status: int, limit: str, value: int, found: str, retry_seconds: int | None = None) -> None:
        self.status, self.limit, self.value, self.found = status, limit, value, found
        self.retry_seconds = retry_seconds
        super().__init__(f"{limit} is {value}; {found}")


class EngineFailed(Exception):
    """The engine broke while it evaluated: 500, or 502 where it is another server (``status``).

    ``retry_seconds`` where another server says when to ask again.
    """

    def __init__(self, message: str, status: int = 500, retry_seconds: int | None = None) -> None:
        self.status, self.retry_seconds = status, retry_seconds
        super().__init__(message)
