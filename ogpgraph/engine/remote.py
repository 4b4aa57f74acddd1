"""The remote engine: the same server over any SPARQL 1.1 endpoint, which may be a cluster behind one address."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import json
import logging
import secrets
from typing import Any

from ogpgraph.engine.job import EngineFailed, Job, Lane, LimitReached
from ogpgraph.engine.remote_answer import RemoteAnswer
from ogpgraph.engine.slots import Slots
from ogpgraph.engine.upstream import Upstream
from ogpgraph.load.endpoint import Endpoint
from ogpgraph.negotiate import RESULT_FORMATS
from ogpgraph.protocol.errors import BadRequest, QuerySyntaxError
from ogpgraph.protocol.requests import Query
from ogpgraph.settings import Settings
from ogpgraph.vocabulary import DCAT

_log = logging.getLogger(__name__)

_FAILURES = (EngineFailed, LimitReached, BadRequest, QuerySyntaxError)


class RemoteEngine:
    """Passes queries on to a SPARQL endpoint; see ``job.Engine`` for the contract.

    ``url`` may hold user and password, and ``default-graph-uri`` for a store that has no default graph of its own.
    ``digest`` tells the answers of one release of this endpoint from all others; it is not the hash of a file. It
    changes at every look for a new release while the endpoint does not say which release it holds.
    ValueError where ``url`` is no URL of http or https.
    """

    def __init__(self, url: str, settings: Settings) -> None:
        self.version = "unknown"
        self.digest = _unique_digest()
        self.quads = 0
        self._endpoint = Endpoint.of(url)
        self._upstream = Upstream(self._endpoint)
        self._settings = settings
        self._slots = Slots(settings)
        self._is_up = False
        self._watch: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Look which release the endpoint holds, now and every ``release_check_seconds``; it may still be down."""
        await self._look()
        if self._settings.release_check_seconds:
            self._watch = asyncio.create_task(self._keep_looking())

    def answer(self, job: Job) -> RemoteAnswer:
        """The answer of one query, to be entered with ``async with``."""
        return RemoteAnswer(job, self._slots, self._settings, self._upstream)

    async def close(self) -> None:
        """No new queries; those in flight are finished first."""
        if self._watch:
            self._watch.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._watch
        await self._slots.drained()
        await self._upstream.close()

    @property
    def running(self) -> int:
        """Queries that the endpoint works on."""
        return self._slots.running

    @property
    def queued(self) -> int:
        """Queries that wait for their turn."""
        return self._slots.queued

    def state(self) -> dict[str, Any]:
        """For /health: which endpoint answers, whether it did when it was last looked at, what runs and waits."""
        return {"ready": self._is_up, "store": "remote", "running": self.running, "queued": self.queued}

    async def _keep_looking(self) -> None:
        while True:
            await asyncio.sleep(self._settings.release_check_seconds)
            await self._look()

    async def _look(self) -> None:
        """Note the release of the endpoint; an endpoint that is down keeps the one that it had."""
        try:
            version = await self._only_value(_version_query(self._settings.base))
            if version is None:
                self.version, self.digest, self.quads = "unknown", _unique_digest(), 0
            elif version != self.version:
                self.quads = await self._count()
                self.digest = hashlib.sha256(f"{self._endpoint.url}\n{version}".encode()).hexdigest()
                self.version = version
        except _FAILURES as error:
            if self._is_up or self._watch is None:
                _log.warning("the endpoint %s does not answer as it should: %s", self._endpoint.shown, error)
            self._is_up = False
        else:
            self._is_up = True

    async def _count(self) -> int:
        """Statements in the endpoint; 0 where it does not count them in time."""
        try:
            return int(await self._only_value(_quads_query(self._settings.base, self._upstream.default_graphs)) or 0)
        except (*_FAILURES, ValueError):
            return 0

    async def _only_value(self, text: str) -> str | None:
        """The value of ``?value`` in the only row of a query of our own; None where there is no row."""
        async with self.answer(Job(Query(text), RESULT_FORMATS[0], lane=Lane.RESERVED)) as answer:
            raw = b"".join([piece async for piece in answer])
        try:
            rows = json.loads(raw)["results"]["bindings"]
            return str(rows[0]["value"]["value"]) if rows else None
        except (ValueError, KeyError, TypeError, IndexError):
            raise EngineFailed("it gave something else than SPARQL results in JSON", 502) from None


def _unique_digest() -> str:
    return secrets.token_hex(32)


def _version_query(base: str) -> str:
    """The version in the catalogue of a release. A load writes the catalogue last: what has a version is whole.

    The graph stands in a filter because Virtuoso finds nothing in ``GRAPH <iri>`` where a default graph is named.
    """
    named = f"<{base}id/dataset/ogp-graph> <{DCAT.version.value}> ?value"
    return f"SELECT ?value {{ GRAPH ?g {{ {named} }} FILTER(?g = <{base}graph/catalogue>) }} LIMIT 1"


def _quads_query(base: str, default_graphs: list[str]) -> str:
    """The statements of a release; a named graph that stands for the default graph is counted once."""
    besides = "".join(f" && ?g != <{each}>" for each in default_graphs)
    named = f'GRAPH ?g {{ ?s ?p ?o }} FILTER(STRSTARTS(STR(?g), "{base}"){besides})'
    return f"SELECT (COUNT(*) AS ?value) {{ {{ ?s ?p ?o }} UNION {{ {named} }} }}"
