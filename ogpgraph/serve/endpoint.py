"""``/sparql``: the query operation of the SPARQL 1.1 Protocol, on plain ASGI.

No route of the framework lies between the server and this class: it would cost more than most queries do, and what is
sent, when, and how an answer ends is decided here.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Protocol

from starlette.responses import Response

from ogpgraph.engine.job import LimitReached
from ogpgraph.negotiate import GRAPH_FORMATS, prefers
from ogpgraph.protocol import requests
from ogpgraph.serve.bodies import Receive, Send, read_body, refuse
from ogpgraph.serve.cache import AnswerCache
from ogpgraph.serve.errors import EXPECTED, answer_to, problem
from ogpgraph.serve.exchange import Scope, exchange_of, header
from ogpgraph.serve.jobs import form_wanted, hash_of, job_of, remembered_parameters_of
from ogpgraph.serve.judgement import Judge
from ogpgraph.serve.long_texts import LongTexts
from ogpgraph.serve.query_form import QueryForm
from ogpgraph.serve.releases import InService
from ogpgraph.serve.responder import Responder
from ogpgraph.settings import Settings

METHODS = ("GET", "HEAD", "POST", "QUERY", "OPTIONS")
ALLOW = ", ".join(METHODS)
# draft-ietf-httpbis-safe-method-w-body: the types that the QUERY method takes.
_ACCEPT_QUERY = "application/sparql-query, application/x-www-form-urlencoded"
_FORM = "application/x-www-form-urlencoded"
_UPDATE = "application/sparql-update"

# Describes the service: what GET without a query is answered.
Describe = Callable[[Scope], Awaitable[Response]]


class Write(Protocol):
    """Who runs the updates that requests carry."""

    def denied(self, scope: Scope) -> Response | None:
        """The refusal that a request gets that may not write, whatever its body says."""

    long_texts: LongTexts

    async def __call__(self, scope: Scope, update: requests.Update) -> Response: ...


class SparqlEndpoint:
    """The ASGI application behind ``/sparql``."""

    def __init__(
        self,
        releases: InService,
        cache: AnswerCache,
        judge: Judge,
        settings: Settings,
        describe: Describe,
        write: Write,
        form: QueryForm,
    ) -> None:
        self._releases, self._cache, self._judge, self._settings = releases, cache, judge, settings
        self._describe, self._write, self._form = describe, write, form

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request; every error that is expected is answered as problem details."""
        method = scope["method"]
        if method in ("POST", "QUERY"):
            await self._answer_body(scope, receive, send)
            return
        try:
            response = await self._answer_bodiless(scope, send)
        except EXPECTED as error:
            response = answer_to(error, exchange_of(scope))
        if response:
            await response(scope, receive, send)

    async def _answer_bodiless(self, scope: Scope, send: Send) -> Response | None:
        """Answer GET, HEAD, OPTIONS and methods that are none; None where the answer is sent already."""
        method = scope["method"]
        if method == "OPTIONS":
            return Response(status_code=204, headers={"Allow": ALLOW, "Accept-Query": _ACCEPT_QUERY})
        if method not in ("GET", "HEAD"):
            allow = {"Allow": ALLOW, "Accept-Query": _ACCEPT_QUERY}
            return problem(405, "Method not allowed", f"{method} is no method of this endpoint, but {ALLOW} are", allow)
        query_string = scope["query_string"].decode("latin-1")
        if _asks_nothing(query_string):
            if prefers(header(scope, b"accept"), "text/html", GRAPH_FORMATS):
                return await self._form.at_endpoint(scope)
            return await self._describe(scope)
        await self._answer(scope, send, *remembered_parameters_of(scope["query_string"], self._base))
        return None

    async def _answer_body(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer POST and QUERY: a query or an update, in a form or as it is."""
        content_type = header(scope, b"content-type") or ""
        if _carries_update(scope, content_type) and (denied := self._write.denied(scope)):
            await refuse(denied, receive, send)
            return
        try:
            body = await self._read(scope, receive, content_type)
        except EXPECTED as error:
            await refuse(answer_to(error, exchange_of(scope)), receive, send)
            return
        response: Response | None = None
        try:
            asked = await self._asked(scope, content_type, body)
            if isinstance(asked, requests.Update):
                response = await self._update(scope, asked)
            else:
                form = body if _is_form(content_type) else b""
                await self._answer(scope, send, asked, form_wanted(form + b"&" + scope["query_string"]))
        except EXPECTED as error:
            response = answer_to(error, exchange_of(scope))
        if response:
            await response(scope, receive, send)

    async def _read(self, scope: Scope, receive: Receive, content_type: str) -> bytes:
        """The body within the limit of what it may be: an update may be larger, where updates are on."""
        settings = self._settings
        may_be_update = _carries_update(scope, content_type) or (_is_form(content_type) and self._may_write(scope))
        limit = "update_body_bytes" if may_be_update else "body_bytes"
        return await read_body(scope, receive, getattr(settings, limit), settings.body_seconds, limit)

    async def _asked(self, scope: Scope, content_type: str, body: bytes) -> requests.Query | requests.Update:
        """What a body asks; LimitReached for a query in a form that only an update may fill so far."""
        most = self._settings.body_bytes
        turn = self._judge.long_texts if len(body) <= most else self._write.long_texts
        asked = await turn.read(len(body), requests.from_post, content_type, body, scope["query_string"], self._base)
        if isinstance(asked, requests.Query) and len(body) > most:
            raise LimitReached(413, "body_bytes", most, f"the body is larger: {len(body)} bytes were read")
        return asked

    def _may_write(self, scope: Scope) -> bool:
        return self._write.denied(scope) is None

    async def _update(self, scope: Scope, update: requests.Update) -> Response:
        if scope["method"] == "QUERY":
            return problem(400, "Bad request", "QUERY is for queries: send an update by POST")
        return await self._write(scope, update)

    @property
    def _base(self) -> str:
        """Base IRI of queries and updates: never made of the Host header, which a client chooses."""
        return f"{self._settings.base}sparql"

    async def _answer(self, scope: Scope, send: Send, query: requests.Query, wanted: str | None) -> None:
        """Answer a query from the cache, with others who wait for the same, or by the engine."""
        exchange = exchange_of(scope)
        exchange.query_hash = hash_of(query)
        judgement = await self._judge(query)
        accept, accept_encoding = header(scope, b"accept"), header(scope, b"accept-encoding")
        job = job_of(query, judgement, wanted, accept, accept_encoding, exchange.client)
        exchange.lane = job.lane.value
        responder = Responder(scope, send, exchange, job, self._settings)
        if judgement.is_shared:
            await responder.answer_shared(self._releases, self._cache)
        else:
            await responder.answer_once(self._releases.engine)


def _is_form(content_type: str) -> bool:
    return content_type.lower().startswith(_FORM)


def _carries_update(scope: Scope, content_type: str) -> bool:
    """Whether a request says before its body that this is an update."""
    return content_type.lower().startswith(_UPDATE) or bool(scope["path"] == "/update")


def _asks_nothing(query_string: str) -> bool:
    """Whether a request has no parameters but those that say how to answer."""
    if query_string.startswith("query="):
        return False
    return not query_string or {part.partition("=")[0] for part in query_string.split("&")} <= {"format", "output"}
