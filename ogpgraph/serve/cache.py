"""Answers that are kept, and evaluations that several clients wait for at the same time.

An answer depends on nothing but the release, the query with its dataset, and the form of the answer: all of them are
in its key, so an entry is never wrong and never needs to be thrown away, except for its room.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from ogpgraph.engine.job import EngineFailed, Job, LimitReached
from ogpgraph.serve.exchange import Exchange

# One answer takes at most this part of the room.
_LARGEST_PART = 16
# What an entry costs beyond its body: key, objects, table.
_OVERHEAD_BYTES = 400


def key_of(digest: str, job: Job) -> str:
    """SHA-256 over all that an answer depends on; ``digest`` is that of the release."""
    query = job.query
    parts = (
        digest,
        job.format.name,
        job.encoding,
        query.base or "",
        "\x01".join(query.default_graphs),
        "\x01".join(query.named_graphs),
        query.text,  # last, for it may hold any character
    )
    return hashlib.sha256("\x00".join(parts).encode("utf-8", "surrogatepass")).hexdigest()


def etag_of(key: str) -> str:
    """A strong entity tag (RFC 9110, section 8.8.3)."""
    return f'"{key[:32]}"'


def tag_matches(if_none_match: str | None, etag: str) -> bool:
    """Whether ``If-None-Match`` names the tag; compared weakly, as RFC 9110 (section 13.1.2) wants."""
    if not if_none_match:
        return False
    return any(tag.strip().removeprefix("W/") == etag for tag in if_none_match.split(","))


@dataclass(frozen=True, slots=True)
class Entry:
    """A whole answer."""

    body: bytes
    encoding: str  # what the body is encoded with


class Flight:
    """An evaluation under way: the first client leads it, others wait for what it brings.

    It goes on as long as anybody wants its answer: when the leading client has left, for those who wait.
    """

    def __init__(self, leader: Exchange, key: str, under_way: dict[str, Flight]) -> None:
        self.waiting = 0
        self._leader = leader
        self._key, self._under_way = key, under_way
        self._has_landed = False
        self._entry: Entry | None = None  # what it brought
        self._landing: asyncio.Future[Entry | None] | None = None  # where somebody waits
        leader.needed_by_others = self.wanted
        under_way[key] = self

    async def join(self) -> Entry | None:
        """The answer; None where it must be evaluated again for this client. Raises what the evaluation raised."""
        if self._has_landed:
            return self._entry
        if self._landing is None:
            self._landing = asyncio.get_running_loop().create_future()
        self.waiting += 1
        try:
            return await asyncio.shield(self._landing)
        finally:
            self.waiting -= 1
            if self._leader.client_gone and not self.wanted():
                self._leader.client_left()

    def wanted(self) -> bool:
        """Whether anybody but the leading client waits for the answer."""
        return self.waiting > 0 and not self._has_landed

    def land(self, entry: Entry | None) -> None:
        """Give the answer to those who wait; None tells them to ask on their own."""
        if self._has_landed:
            return
        self._has_landed, self._entry = True, entry
        if self._landing:
            self._landing.set_result(entry)

    def end(self) -> None:
        """Nobody else waits for this one; those who still do ask on their own."""
        self.land(None)
        # Nothing may refer in a circle: what a request leaves is then freed, with its answer, when it is done.
        self._leader.needed_by_others = None
        if self._under_way.get(self._key) is self:
            del self._under_way[self._key]

    def fail(self, error: BaseException) -> None:
        """Give those who wait what went wrong, unless the same query may go well for them."""
        own_share = isinstance(error, LimitReached) and error.status == 429
        by_accident = not isinstance(error, Exception) or isinstance(error, EngineFailed)
        if own_share or by_accident or not self.waiting:
            self.land(None)
        elif self._landing and not self._has_landed:
            self._has_landed = True
            self._landing.set_exception(error)
            self._landing.exception()  # those who wait may have left meanwhile: then nobody needs to hear of it


class AnswerCache:
    """Whole answers, the least recently asked thrown away first; bounded in bytes."""

    def __init__(self, most_bytes: int) -> None:
        self.most_bytes = most_bytes
        self.largest_bytes = most_bytes // _LARGEST_PART
        self.held_bytes = 0
        self._entries: OrderedDict[str, Entry] = OrderedDict()
        self._flights: dict[str, Flight] = {}

    def find(self, key: str) -> Entry | None:
        """The answer of a key, which is thereby the most recently asked."""
        entry = self._entries.get(key)
        if entry is not None:
            self._entries.move_to_end(key)
        return entry

    def keep(self, key: str, entry: Entry) -> None:
        """Keep an answer if there is room for one of its size."""
        size = len(entry.body) + _OVERHEAD_BYTES
        if size > self.largest_bytes or key in self._entries:
            return
        self._entries[key] = entry
        self.held_bytes += size
        while self.held_bytes > self.most_bytes:
            _, oldest = self._entries.popitem(last=False)
            self.held_bytes -= len(oldest.body) + _OVERHEAD_BYTES

    def clear(self) -> None:
        """Keep nothing of what is kept now."""
        self._entries.clear()
        self.held_bytes = 0

    @property
    def waiting(self) -> int:
        """Clients that wait for an evaluation that another one leads."""
        return sum(flight.waiting for flight in self._flights.values())

    def flight(self, key: str) -> Flight | None:
        """The evaluation under way for a key."""
        return self._flights.get(key)

    def lead(self, key: str, exchange: Exchange) -> Flight:
        """Evaluate for a key: who asks the same waits for this flight until it ends."""
        return Flight(exchange, key, self._flights)


@contextmanager
def in_flight(flight: Flight) -> Iterator[None]:
    """End a flight with what is done for it, also where that fails."""
    try:
        yield
    except BaseException as error:
        flight.fail(error)
        raise
    finally:
        flight.end()
