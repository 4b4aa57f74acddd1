"""``serve``: a release over HTTP. The only part that knows HTTP.

``/sparql`` answers the query operation of the SPARQL 1.1 Protocol; ``/health`` says what is served. Every
error has one shape, the problem details of RFC 9457.
"""

from __future__ import annotations

import asyncio
from pathlib import Path

from fastapi import FastAPI, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import JSONResponse, RedirectResponse, Response
from pyoxigraph import Store
from starlette.exceptions import HTTPException

from ogpgraph import protocol
from ogpgraph.load import open_release, version_of
from ogpgraph.negotiate import Format, NotAcceptable
from ogpgraph.settings import Settings

# What a client did wrong, by the error that says so.
_STATUS: dict[type[Exception], tuple[int, str]] = {
    protocol.BadRequest: (400, "Bad request"),
    protocol.QuerySyntaxError: (400, "Query syntax error"),
    protocol.Refused: (403, "Query refused"),
    NotAcceptable: (406, "Not acceptable"),
    protocol.UnsupportedMediaType: (415, "Unsupported media type"),
}


class LimitReached(Exception):
    """A request that met a limit; names the limit, its value and what was found."""

    def __init__(self, status: int, limit: str, value: int, found: str) -> None:
        self.status, self.limit, self.value, self.found = status, limit, value, found
        super().__init__(f"{limit} is {value}; {found}")


def problem(status: int, title: str, detail: str, **extra: object) -> JSONResponse:
    """An error as problem details."""
    body = {"type": "about:blank", "title": title, "status": status, "detail": detail, **extra}
    return JSONResponse(body, status_code=status, media_type="application/problem+json")


def application(folder: Path, settings: Settings) -> FastAPI:
    """The server of one release."""
    store = open_release(folder)
    version = version_of(folder)
    app = FastAPI(title="OGP Graph", version=version, docs_url=None, redoc_url=None)
    running = asyncio.Semaphore(settings.queries_at_once)

    @app.get("/health")
    async def health() -> dict[str, str | int]:
        """What is served, and that it is ready."""
        return {"status": "ready", "version": version, "quads": len(store)}

    @app.get("/")
    async def root() -> RedirectResponse:
        return RedirectResponse("/sparql")

    @app.api_route("/sparql", methods=["GET", "POST"])
    async def sparql(request: Request) -> Response:
        """Answer a SPARQL query: GET with `query`, POST of a form, or POST of the query itself."""
        query = await _query(request, settings)
        accept = request.headers.get("accept")
        async with running:
            chosen, body = await _answered(store, query, accept, settings)
        headers = {
            "Vary": "Accept",
            "Access-Control-Allow-Origin": "*",
            "OGPGraph-Version": version,
            "Link": '<https://creativecommons.org/licenses/by/4.0/>; rel="license"',
        }
        return Response(body, media_type=chosen.content_type, headers=headers)

    _add_error_handlers(app)
    return app


async def _query(request: Request, settings: Settings) -> protocol.Query:
    query_string = request.url.query
    if request.method == "GET":
        return protocol.from_query_string(query_string)
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > settings.body_bytes:
            raise LimitReached(
                413, "body_bytes", settings.body_bytes, f"the body is larger: {len(body)} bytes were read"
            )
    return protocol.from_post(request.headers.get("content-type", ""), bytes(body), query_string)


async def _answered(
    store: Store, query: protocol.Query, accept: str | None, settings: Settings
) -> tuple[Format, bytes]:
    """Evaluate in a thread, so that other requests go on; the client waits no longer than the limit."""
    try:
        found = await asyncio.wait_for(run_in_threadpool(_evaluated, store, query, accept), settings.query_seconds)
    except TimeoutError:
        late = "the query did not finish in that time"
        raise LimitReached(503, "query_seconds", settings.query_seconds, late) from None
    if isinstance(found, Exception):
        raise found
    return found


def _evaluated(store: Store, query: protocol.Query, accept: str | None) -> tuple[Format, bytes] | Exception:
    """The answer, or what went wrong as a value.

    A result of the engine must be dropped on the thread that made it. The traceback of an exception would carry it to
    another one, so an exception leaves this thread without its traceback.
    """
    try:
        return protocol.written(protocol.ask(store, query), accept)
    except tuple(_STATUS) as error:
        return error.with_traceback(None)


def _add_error_handlers(app: FastAPI) -> None:
    for kind, (status, title) in _STATUS.items():
        app.add_exception_handler(kind, _handler(status, title))

    @app.exception_handler(LimitReached)
    async def limit_reached(_: Request, error: LimitReached) -> Response:
        return problem(error.status, "Limit reached", str(error), limit=error.limit, value=error.value)

    @app.exception_handler(HTTPException)
    async def other(_: Request, error: HTTPException) -> Response:
        return problem(error.status_code, str(error.detail), f"{error.detail}: see /sparql and /health")


def _handler(status: int, title: str):
    async def handle(_: Request, error: Exception) -> Response:
        extra = {"offered": error.offered} if isinstance(error, NotAcceptable) else {}
        return problem(status, title, str(error), **extra)

    return handle
