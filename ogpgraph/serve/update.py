"""Writes over HTTP: who may, and what a client gets for the outcome; the update operation of the SPARQL 1.1 Protocol.

Off by default. With the setting ``update_token`` a write needs ``Authorization: Bearer <token>``; the token is taken
from nowhere else, compared in constant time, and never logged.
"""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import asdict

from starlette.responses import Response

from ogpgraph.engine.change import Applied, Operation
from ogpgraph.engine.local import LocalEngine
from ogpgraph.engine.writer import ViolationsFound, Write, Writer
from ogpgraph.negotiate import GRAPH_FORMATS, RESULT_FORMATS, prefers
from ogpgraph.protocol import datasets, documents, refusals, requests
from ogpgraph.serve.errors import problem
from ogpgraph.serve.exchange import Scope, exchange_of, header
from ogpgraph.serve.long_texts import LongTexts
from ogpgraph.serve.releases import Releases
from ogpgraph.settings import Settings


class Writes:
    """The writing side of the server; called with an update it is what ``/sparql`` and ``/update`` do with it."""

    def __init__(self, releases: Releases, settings: Settings) -> None:
        self._releases, self._settings = releases, settings
        self._writer = Writer(self._engine, settings)
        # A turn of their own: reading tens of megabytes takes a minute, which visitors' queries do not wait.
        self.long_texts = LongTexts(settings.queue_seconds)

    def close(self) -> None:
        """Let another server write."""
        self._writer.close()

    def denied(self, scope: Scope) -> Response | None:
        """The refusal that a request to write gets; None where it may."""
        settings = self._settings
        if settings.engine:
            advice = "this server answers from another endpoint and does not write to it: send the write there"
            return problem(501, "Not implemented", advice)
        if not settings.update_token:
            return problem(403, "Read-only", "this endpoint is read-only: its operator has not set an update token")
        scheme, _, token = (header(scope, b"authorization") or "").partition(" ")
        if scheme.lower() != "bearer" or not token.strip():
            challenge = {"WWW-Authenticate": 'Bearer realm="ogpgraph"'}
            return problem(401, "Unauthorized", "a write needs 'Authorization: Bearer' and the token", challenge)
        if not hmac.compare_digest(token.strip().encode("latin-1"), settings.update_token.encode("utf-8")):
            return problem(403, "Forbidden", "the token is not the one that allows to write")
        return None

    async def __call__(self, scope: Scope, update: requests.Update) -> Response:
        """Run an update: 204, or problem details; raises what :mod:`ogpgraph.serve.errors` knows."""
        if denied := self.denied(scope):
            return denied
        exchange_of(scope).query_hash = hashlib.sha256(update.text.encode("utf-8")).hexdigest()[:16]
        document = await self.long_texts.read(len(update.text), self._document, update)
        applied = await self.done(scope, Write(Operation.UPDATE, (document,)))
        return applied if isinstance(applied, Response) else Response(status_code=204)

    def _document(self, update: requests.Update) -> tuple[bytes, str, str]:
        """What the engine runs, with its base and its media type; Refused, TooDeep or BadRequest for what may not."""
        update = documents.to_nowhere(update)
        refusals.check(update, self._settings)
        text = datasets.with_using(update).encode("utf-8")
        return text, update.base or f"{self._settings.base}sparql", "application/sparql-update"

    async def done(self, scope: Scope, write: Write) -> Applied | Response:
        """What a write made, or the refusal of one that breaks shapes or rules; raises what else went wrong."""
        exchange_of(scope).lane = "write"
        try:
            return await self._writer.write(write)
        except ViolationsFound as error:
            return _refusal(scope, error)

    def _engine(self) -> LocalEngine:
        engine = self._releases.engine
        assert isinstance(engine, LocalEngine), "no other engine is written to"
        return engine


def _refusal(scope: Scope, error: ViolationsFound) -> Response:
    """422 with the violations, or with the whole SHACL report where the client likes Turtle better than JSON."""
    verdict = error.verdict
    turtle = GRAPH_FORMATS[0]
    if prefers(header(scope, b"accept"), turtle.media_type, RESULT_FORMATS[:1]):
        headers = {"Cache-Control": "no-store", "Vary": "Accept"}
        return Response(verdict.report, 422, headers, media_type=turtle.content_type)
    return problem(
        422,
        "The write breaks shapes or rules",
        f"nothing was changed: {error}",
        {"Vary": "Accept"},
        count=verdict.count,
        violations=[asdict(each) for each in verdict.violations],
    )
