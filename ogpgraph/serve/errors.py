"""Every error of the server as problem details (RFC 9457): the one place where an exception becomes a status.

People get the same as a page with a way on, where they came by a browser to what is not the endpoint.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import Response

from ogpgraph.engine.change import Conflict, GraphMissing, PreconditionFailed
from ogpgraph.engine.job import EngineFailed, LimitReached
from ogpgraph.negotiate import GRAPH_FORMATS, RESULT_FORMATS, NotAcceptable, UnknownFormat, prefers
from ogpgraph.pages.context import About
from ogpgraph.pages.error_page import error_page
from ogpgraph.pages.links import Links
from ogpgraph.protocol.errors import BadRequest, QuerySyntaxError, Refused, TooDeep, UnsupportedMediaType
from ogpgraph.serve.exchange import Exchange, exchange_of, header

MEDIA_TYPE = "application/problem+json"

# What an error page may do: show itself and lead on.
_POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)


class Gone(Exception):
    """What was here and is no more; says why. ``headers`` lead to what is left of it, ``older`` to it as it was."""

    def __init__(self, reason: str, headers: Mapping[str, str] | None = None, older: str = "") -> None:
        self.headers = dict(headers or {})
        self.older = older
        super().__init__(reason)


# What the parts of the package raise about a request, with status and title.
_STATUS: dict[type[Exception], tuple[int, str]] = {
    BadRequest: (400, "Bad request"),
    QuerySyntaxError: (400, "Query syntax error"),
    UnknownFormat: (400, "Unknown format"),
    Refused: (403, "Query refused"),
    GraphMissing: (404, "Not found"),
    NotAcceptable: (406, "Not acceptable"),
    Gone: (410, "Gone"),
    Conflict: (409, "Conflict"),
    PreconditionFailed: (412, "Precondition failed"),
    UnsupportedMediaType: (415, "Unsupported media type"),
}
EXPECTED: tuple[type[Exception], ...] = (*_STATUS, LimitReached, EngineFailed, HTTPException)


class AnswerCut(Exception):
    """An answer that failed after its first bytes were sent: the connection is cut, nothing else can be said."""


def problem_body(status: int, title: str, detail: str, **members: object) -> bytes:
    """Problem details as JSON; ``members`` are further facts, such as the limit that was met."""
    body = {"type": "about:blank", "title": title, "status": status, "detail": detail, **members}
    return json.dumps(body, ensure_ascii=False).encode("utf-8", "backslashreplace")


def problem(
    status: int, title: str, detail: str, headers: Mapping[str, str] | None = None, **members: object
) -> Response:
    """An error as a response, never kept by caches."""
    return Response(
        problem_body(status, title, detail, **members),
        status_code=status,
        headers={"Cache-Control": "no-store", **(headers or {})},
        media_type=MEDIA_TYPE,
    )


def limit_of(error: BaseException | None) -> str:
    """The setting whose limit an error tells of; empty for others."""
    return error.limit if isinstance(error, LimitReached | TooDeep) else ""


def answer_to(error: Exception, exchange: Exchange) -> Response:
    """What a client gets for an exception, which is noted for log and metrics."""
    exchange.limit = limit_of(error)
    return problem_of(error)


def problem_of(error: Exception) -> Response:
    """What a client gets for an exception. Of one that is not EXPECTED it learns nothing but that it happened."""
    if isinstance(error, LimitReached | TooDeep):
        return _limit_problem(error)
    if isinstance(error, EngineFailed):
        headers = {"Retry-After": str(error.retry_seconds or 1)} if error.status == 503 else {}
        return problem(error.status, "The engine failed", str(error), headers)
    if isinstance(error, HTTPException):
        return _http_problem(error)
    for kind, (status, title) in _STATUS.items():
        if isinstance(error, kind):
            return problem(status, title, str(error), getattr(error, "headers", None), **_facts(error))
    return problem(500, "Internal server error", "the server failed; its log names the request by its X-Request-Id")


def _limit_problem(error: LimitReached | TooDeep) -> Response:
    """The limit by its setting's name, its value and what was found; ``Retry-After`` where asking later helps."""
    retry = getattr(error, "retry_seconds", None)
    headers = {} if retry is None else {"Retry-After": str(retry)}
    return problem(
        error.status,
        "Limit reached",
        str(error),
        headers,
        limit=error.limit,
        value=error.value,
        found=error.found,
    )


def _http_problem(error: HTTPException) -> Response:
    """What the routing found: no such path, another method."""
    known = {404: "there is nothing here: see /sparql, /health and /openapi.json"}
    return problem(
        error.status_code,
        str(error.detail),
        known.get(error.status_code, f"{error.detail}: see /openapi.json"),
        error.headers,
    )


def _facts(error: Exception) -> dict[str, object]:
    if isinstance(error, QuerySyntaxError):
        return {"line": error.line, "column": error.column}
    if isinstance(error, NotAcceptable | UnknownFormat):
        return {"offered": error.offered}
    if isinstance(error, Gone) and error.older:
        return {"older": error.older}
    return {}


def for_people(response: Response, about: About, links: Links) -> Response:
    """An error as a page instead of problem details."""
    told = json.loads(bytes(response.body))
    html = error_page(links, about, told["status"], told["title"], told["detail"], told.get("older", ""))
    kept = {name: value for name, value in response.headers.items() if not name.startswith("content-")}
    headers = {**kept, "Content-Security-Policy": _POLICY}
    return Response(html, response.status_code, headers, media_type="text/html")


def add_error_handlers(app: FastAPI, about: Callable[[], About], base: str) -> None:
    """Have the routes of an application answer errors: as problem details, or to a browser as a page.

    ``about`` says which release is in service; ``base`` is that of the IRIs.
    """

    async def answer(request: Request, error: Exception) -> Response:
        response = answer_to(error, exchange_of(request.scope))
        if prefers(header(request.scope, b"accept"), "text/html", (*GRAPH_FORMATS, *RESULT_FORMATS)):
            response = for_people(response, about(), Links(base))
        response.headers["Vary"] = "Accept"
        return response

    async def invalid(_: Request, error: Exception) -> Response:
        assert isinstance(error, RequestValidationError)
        wrong = "; ".join(f"{'.'.join(map(str, each['loc']))}: {each['msg']}" for each in error.errors())
        return problem(400, "Bad request", wrong)

    for kind in (*EXPECTED, Exception):
        app.add_exception_handler(kind, answer)
    app.add_exception_handler(RequestValidationError, invalid)
