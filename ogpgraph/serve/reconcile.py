"""``/reconcile``: the Reconciliation Service API over HTTP, in two versions.

::

    /reconcile              0.2: manifest (a page for a browser); batches and data extension by GET and POST of a form
      /suggest/{what}  /flyout/{what}  /properties  /preview  /view
    /reconcile/1.0          the draft of 1.0: manifest
      /match  /extend  (POST of JSON)  /extend/propose  /suggest/{what}  /preview

Candidates are found in threads, from an index in memory; what the index is made of, and data extension, the engine
answers.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, TypeVar
from urllib.parse import parse_qsl

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

import ogpgraph
from ogpgraph.engine.job import LimitReached
from ogpgraph.negotiate import Format, prefers
from ogpgraph.pages.context import Context
from ogpgraph.pages.links import Links
from ogpgraph.pages.reconcile import Trial, preview_page, service_page
from ogpgraph.protocol.errors import BadRequest, UnsupportedMediaType
from ogpgraph.reconcile import extension, limits, suggestions, v0_2, v1_0
from ogpgraph.reconcile.index import Index
from ogpgraph.reconcile.limits import TooMuch, Unreadable
from ogpgraph.reconcile.matching import Candidate, Question, candidates
from ogpgraph.reconcile.queries import extension_query
from ogpgraph.reconcile.schema import identifier_of, iri_of, type_named
from ogpgraph.serve.bodies import read_body
from ogpgraph.serve.exchange import exchange_of, header
from ogpgraph.serve.origin import origin_of
from ogpgraph.serve.reconcile_index import Indexes, rows_in
from ogpgraph.serve.site import Pages, View
from ogpgraph.settings import Settings

_JSON = Format("json", "application/json")
_NAME = "OGP Graph"
_WHAT = ("entity", "type", "property")
_MOST_PARAMETERS = 20
_THREADS = 2  # batches that are compared at the same time
# A preview is shown in the frame of another site, OpenRefine's or any other; it may load our styles and nothing else.
_PREVIEW_POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'none'; base-uri 'none'; frame-ancestors *"
)

Found = TypeVar("Found")
Parameters = Mapping[str, str]
Answer = Callable[[Request], Awaitable[Response]]


class ReconciliationService:
    """Answers what is asked below ``/reconcile``, about the release in service."""

    def __init__(self, pages: Pages, settings: Settings) -> None:
        self._pages, self._settings, self._indexes = pages, settings, Indexes()
        self._threads = asyncio.Semaphore(_THREADS)
        self._waiting = 0

    def routes(self) -> list[Route]:
        """The routes of both versions."""
        gets: dict[str, Answer] = {
            "/reconcile/flyout/{what}": self._flyout,
            "/reconcile/view": self._view,
            "/reconcile/properties": self._properties,
            "/reconcile/1.0": self._manifest_1_0,
            "/reconcile/1.0/extend/propose": self._properties,
        }
        for start in ("/reconcile", "/reconcile/1.0"):
            gets |= {f"{start}/suggest/{{what}}": self._suggest, f"{start}/preview": self._preview}
        posts: dict[str, Answer] = {"/reconcile/1.0/match": self._match, "/reconcile/1.0/extend": self._extend_1_0}
        return [
            Route("/reconcile", _checked(self._root), methods=["GET", "HEAD", "POST"]),
            *(Route(path, _checked(answer), methods=["GET", "HEAD"]) for path, answer in gets.items()),
            *(Route(path, _checked(answer), methods=["POST"]) for path, answer in posts.items()),
        ]

    async def _root(self, request: Request) -> Response:
        """Version 0.2, whose one address answers manifest, batches and data extension."""
        asked = await self._form(request) if request.method == "POST" else _parameters(request)
        if "queries" in asked:
            batch = v0_2.questions(asked["queries"])
            found = await self._candidates(list(batch.values()))
            return self._json(request, v0_2.results(dict(zip(batch, found, strict=True))))
        if "extend" in asked:
            wanted = v0_2.extension(asked["extend"])
            return self._json(request, v0_2.extended(await self._extended(request, wanted)))
        if request.method == "POST":
            raise BadRequest(
                "a form with 'queries' or 'extend' is expected, each of them JSON: see docs/reconciliation.md"
            )
        if "name" in asked or prefers(header(request.scope, b"accept"), "text/html", (_JSON,)):
            return await self._page(request, asked)
        return self._manifest(request, v0_2.manifest, self._service(request))

    async def _manifest_1_0(self, request: Request) -> Response:
        return self._manifest(request, v1_0.manifest, self._origin(request))

    def _manifest(self, request: Request, make: Callable[..., Any], address: str) -> Response:
        origin = self._origin(request)
        told = make(address, _NAME, f"{origin}/reconcile", f"{origin}/assets/icon.svg", ogpgraph.__version__)
        return self._json(request, told, {"Vary": "Host, Accept"})

    async def _match(self, request: Request) -> Response:
        batch = v1_0.questions(await self._body(request, "application/json"))
        return self._json(request, v1_0.results(await self._candidates(batch)))

    async def _extend_1_0(self, request: Request) -> Response:
        wanted = v1_0.extension(await self._body(request, "application/json"))
        return self._json(request, v1_0.extended(await self._extended(request, wanted)))

    async def _suggest(self, request: Request) -> Response:
        """Suggestions; 0.2 calls the offset ``cursor``, OpenRefine names a type for entities."""
        asked = _parameters(request)
        prefix = asked.get("prefix", "")
        if len(prefix) > limits.NAME:
            raise TooMuch("characters", limits.NAME, f"prefix has {len(prefix)}")
        first = _number(asked, "offset", _number(asked, "cursor", 0, limits.OFFSET), limits.OFFSET)
        most = _number(asked, "limit", limits.DEFAULT_SUGGESTIONS, limits.SUGGESTIONS)
        what = request.path_params["what"]
        if what == "entity":
            kinds = [kind.id for kind in map(type_named, filter(None, [asked.get("type")])) if kind]
            index = await self._index()
            found = await self._in_thread(lambda: suggestions.entities(index, prefix, tuple(kinds), first, most))
        elif what in _WHAT:
            found = (suggestions.types if what == "type" else suggestions.properties)(prefix, first, most)
        else:
            raise HTTPException(404)
        return self._json(request, {"result": found})

    async def _flyout(self, request: Request) -> Response:
        what, identifier = request.path_params["what"], _identifier(request)
        index = await self._index()
        found = suggestions.flyout(index, what, identifier) if what in _WHAT else None
        if found is None:
            raise HTTPException(404)
        return self._json(request, found)

    async def _properties(self, request: Request) -> Response:
        """Data extension property proposals."""
        asked = _parameters(request)
        kind = type_named(asked["type"]) if asked.get("type") else None
        if asked.get("type") and not kind:
            raise BadRequest(f"there is no type {asked['type'][:100]!r}, see suggest/type")
        most = _number(asked, "limit", 0, limits.SUGGESTIONS)
        told: dict[str, Any] = {"properties": extension.proposed(kind.id if kind else None, most)}
        told |= {"type": asked["type"]} if kind else {}
        return self._json(request, told | ({"limit": most} if most else {}))

    async def _view(self, request: Request) -> Response:
        """To the page of an entity."""
        iri = iri_of(_identifier(request))
        if not iri.startswith(self._settings.base):
            raise HTTPException(404)
        return RedirectResponse(Links(self._settings.base).page(iri), 303)

    async def _preview(self, request: Request) -> Response:
        """A few lines about an entity, for the frame of another site."""
        index = await self._index()
        entity = index.by_id.get(identifier_of(_identifier(request)))
        if entity is None:
            raise HTTPException(404)
        headers = {"Content-Security-Policy": _PREVIEW_POLICY}

        async def make(context: Context) -> str:
            return await preview_page(context, entity, index)

        return await self._pages.respond(request.scope, make, None, headers)

    async def _page(self, request: Request, asked: Parameters) -> Response:
        """What the service is, how to add it to OpenRefine, and a form to try it."""
        trial = Trial.of(asked)
        service = self._service(request)
        index = await self._index()
        question = trial.question()
        found = (await self._candidates([question]))[0] if question else ()

        async def make(context: Context) -> str:
            return await service_page(context, service, trial, found, index)

        # The page names this server, so it is kept by its address too.
        scope = {**request.scope, "query_string": service.encode() + b"?" + request.scope["query_string"]}
        return await self._pages.respond(scope, make, None, {"Vary": "Accept, Accept-Encoding, Host"})

    async def _candidates(self, batch: Sequence[Question]) -> list[tuple[Candidate, ...]]:
        index = await self._index()
        return await self._in_thread(lambda: [candidates(index, each) for each in batch])

    async def _extended(self, request: Request, wanted: extension.Asked) -> extension.Extended:
        index = await self._index()
        query = extension_query(wanted.entities.values(), (each.property for each in wanted.columns))
        rows = rows_in(await self._pages.rows(request.scope, query)) if wanted.entities and wanted.columns else ()
        return extension.answer(wanted, rows, index)

    async def _index(self) -> Index:
        view: View = self._pages.view()
        return await self._indexes.of(view.engine)

    async def _in_thread(self, work: Callable[[], Found]) -> Found:
        """The result of work that would hold the event loop; LimitReached (503) where too many wait for it."""
        most = self._settings.queue_length
        if self._waiting >= most:
            raise LimitReached(503, "queue_length", most, f"{self._waiting} requests wait", 1)
        self._waiting += 1
        try:
            async with self._threads:
                return await asyncio.to_thread(work)
        finally:
            self._waiting -= 1

    def _json(self, request: Request, told: Any, headers: Mapping[str, str] | None = None) -> Response:
        seconds = self._settings.cache_seconds
        kept = "no-store" if request.method == "POST" else f"public, max-age={seconds}"
        body = json.dumps(told, ensure_ascii=False).encode("utf-8", "backslashreplace")
        return Response(body, headers={"Cache-Control": kept, **(headers or {})}, media_type=_JSON.media_type)

    def _origin(self, request: Request) -> str:
        return origin_of(request.scope, self._settings)

    def _service(self, request: Request) -> str:
        return f"{self._origin(request)}/reconcile"

    async def _form(self, request: Request) -> Parameters:
        body = await self._body(request, "application/x-www-form-urlencoded")
        return _read_parameters(body.decode("utf-8", "replace"))

    async def _body(self, request: Request, media_type: str) -> bytes:
        """The body of a request; UnsupportedMediaType where it says to be something else, LimitReached."""
        given = (header(request.scope, b"content-type") or media_type).partition(";")[0].strip().lower()
        if given != media_type:
            raise UnsupportedMediaType(f"a body of {media_type} is expected here, not of {given[:100]}")
        settings = self._settings
        return await read_body(request.scope, request.receive, settings.body_bytes, settings.body_seconds, "body_bytes")


def _checked(answer: Answer) -> Answer:
    """An answer whose refusals are those of the server."""

    async def checked(request: Request) -> Response:
        exchange_of(request.scope).lane = "reconcile"
        try:
            return await answer(request)
        except TooMuch as error:
            raise LimitReached(413, error.limit, error.value, error.found) from None
        except Unreadable as error:
            raise BadRequest(str(error)) from None

    return checked


def _parameters(request: Request) -> Parameters:
    return _read_parameters(request.scope["query_string"].decode("latin-1"))


def _read_parameters(text: str) -> Parameters:
    try:
        return dict(parse_qsl(text, keep_blank_values=True, max_num_fields=_MOST_PARAMETERS))
    except ValueError as error:
        raise BadRequest(str(error)) from None


def _identifier(request: Request) -> str:
    identifier = _parameters(request).get("id", "")
    if not identifier or len(identifier) > limits.NAME:
        raise BadRequest(f"the parameter id must be an identifier of at most {limits.NAME} characters")
    return identifier


def _number(asked: Parameters, name: str, default: int, most: int) -> int:
    """A number from 0, at most ``most``; BadRequest for what is none."""
    text = asked.get(name) or str(default)
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        raise BadRequest(f"{name} must be a number from 0")
    return min(int(text), most)
