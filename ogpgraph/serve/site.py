"""Pages over HTTP: made for a request in the reserved lane, kept like answers, sent with their headers."""

from __future__ import annotations

import asyncio
import gzip
import hashlib
import json
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from ogpgraph.engine.job import Engine, Job, Lane
from ogpgraph.negotiate import RESULT_FORMATS, choose_encoding
from ogpgraph.pages.context import About, Context, NotFound, compile_templates
from ogpgraph.pages.links import Links
from ogpgraph.pages.terms import Row, rows_of
from ogpgraph.protocol.requests import Query
from ogpgraph.serve import heads
from ogpgraph.serve.cache import AnswerCache, Entry, key_of, tag_matches
from ogpgraph.serve.exchange import Scope, exchange_of, header
from ogpgraph.serve.releases import InService
from ogpgraph.settings import Settings

# Nothing but our own files, no frames, no plugins; forms go to ourselves.
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
# A document opened by itself (an SVG image with its own styles) may load nothing and run nothing.
_DOCUMENT_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'none'"
_JSON = next(each for each in RESULT_FORMATS if each.name == "json")

# Answers that are kept as rows: reading a long one again takes longer than anything else on a page.
_MOST_ROWS_KEPT = 200

# What a release's things are called is kept for the pages to come, up to so many names of so many releases.
_MOST_NAMES = 50_000
_MOST_NAMED_RELEASES = 4

Make = Callable[[Context], Awaitable[str]]


@dataclass(frozen=True, slots=True)
class View:
    """A release as pages show it: the one in service (``root`` empty) or another version below ``root``."""

    engine: Engine
    folder: Path | None
    root: str = ""


# Answers a request with the page or document of a release.
Handler = Callable[[Request, View], Awaitable[Response]]


class Pages:
    """Makes pages and sends them."""

    def __init__(self, releases: InService, cache: AnswerCache, kept_pages: AnswerCache, settings: Settings) -> None:
        self._releases, self._cache, self._kept_pages, self._settings = releases, cache, kept_pages, settings
        self._rows: OrderedDict[str, list[Row]] = OrderedDict()  # the answers that were read last, by their key
        self._names: OrderedDict[str, dict[str, str]] = OrderedDict()  # by the digest of the release

    def over(self, releases: InService) -> Pages:
        """Pages of other releases, kept in the same places."""
        return Pages(releases, self._cache, self._kept_pages, self._settings)

    def view(self) -> View:
        """The release in service; EngineFailed (503) as long as there is none."""
        return View(self._releases.engine, self._releases.folder)

    def routes(self, handlers: Mapping[str, Handler]) -> list[Route]:
        """The routes of what answers for any release, by path: here for the one in service."""
        return [Route(path, self._current(handler), methods=["GET", "HEAD"]) for path, handler in handlers.items()]

    def _current(self, handler: Handler) -> Callable[[Request], Awaitable[Response]]:
        async def answer(request: Request) -> Response:
            return await handler(request, self.view())

        return answer

    async def respond(
        self,
        scope: Scope,
        make: Make,
        view: View | None = None,
        headers: Mapping[str, str] | None = None,
        status: int = 200,
    ) -> Response:
        """The page that ``make`` makes for the path and query of a request; 404 where it raises NotFound.

        The page must depend on nothing but the release, the path and the query string.
        """
        told = {"Content-Security-Policy": _POLICY, "Referrer-Policy": "no-referrer-when-downgrade", **(headers or {})}
        return await self._send(scope, make, view or self.view(), "text/html", told, status)

    async def document(
        self,
        scope: Scope,
        make: Make,
        media_type: str,
        view: View | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Response:
        """Like ``respond``, for what is no HTML page: an SVG image, JSON, CSV; 404 where ``make`` raises NotFound.

        The document must depend on nothing but the release, the path and the query string.
        """
        told = {"Content-Security-Policy": _DOCUMENT_POLICY, **(headers or {})}
        return await self._send(scope, make, view or self.view(), media_type, told, 200)

    async def rows(self, scope: Scope, query: str, view: View | None = None) -> list[Row]:
        """What a SELECT query answers in the reserved lane, for what is no page (JSON, SVG)."""
        return await self.ask(view or self.view(), query, exchange_of(scope).client)

    async def ask(self, view: View, query: str, client: str = "") -> list[Row]:
        """What a SELECT query answers from a release in the reserved lane; ``client`` has its share of the lane."""
        job = Job(Query(query), _JSON, lane=Lane.RESERVED, client=client)
        key = key_of(view.engine.digest, job)
        rows = self._rows.get(key)
        if rows is None:
            rows = rows_of(await self._answered(view.engine, job, key))
        self._rows[key] = rows
        self._rows.move_to_end(key)
        if len(self._rows) > _MOST_ROWS_KEPT:
            self._rows.popitem(last=False)
        return rows

    async def prepare(self) -> None:
        """Do beforehand, in a thread, what the first pages of a server would wait for: compile the templates."""
        await asyncio.to_thread(compile_templates)

    async def _send(
        self, scope: Scope, make: Make, view: View, media_type: str, headers: Mapping[str, str], status: int
    ) -> Response:
        exchange = exchange_of(scope)
        exchange.lane = Lane.RESERVED.value
        exchange.version = exchange.version or view.engine.version  # a page about one release is of that one
        encoding = choose_encoding(header(scope, b"accept-encoding"), ("gzip",))
        target = f"{scope['path']}?{scope['query_string'].decode('latin-1')}"
        entry = await self._page(view, target, encoding, scope, make)
        etag = f'"{hashlib.sha256(entry.body).hexdigest()[:32]}"'
        told = {
            **period_of(about(view)),
            "ETag": etag,
            "Cache-Control": f"public, max-age={heads.seconds_to_keep(self._settings)}",
            "Vary": "Accept-Encoding",
            "Cache-Status": heads.cache_status(exchange.cache)[1].decode(),
            **headers,
        }
        if status == 200 and tag_matches(header(scope, b"if-none-match"), etag):
            return Response(status_code=304, headers=told)
        if entry.encoding != "identity":
            told["Content-Encoding"] = entry.encoding
        return Response(entry.body, status, told, media_type=media_type)

    async def _page(self, view: View, target: str, encoding: str, scope: Scope, make: Make) -> Entry:
        exchange = exchange_of(scope)
        asked = _Asked(view, self._told(view), target, encoding, scope["path"], exchange.client)
        entry = await self._kept(asked)
        exchange.cache = "hit" if entry else "miss"
        try:
            return entry or await self._made(asked, make)
        except NotFound:
            raise HTTPException(404) from None

    def _told(self, view: View) -> About:
        return replace(about(view), is_newest=view.engine.version == self._releases.engine.version)

    async def _kept(self, asked: _Asked) -> Entry | None:
        """The page as it is kept, or made of what is kept in the other encoding."""
        room = self._room_of(asked)
        entry = room.find(asked.key())
        if entry is None and asked.encoding == "gzip":
            plain = room.find(asked.key("identity"))
            return plain and self._keep(asked, await _packed(plain.body))
        if entry is None:
            packed = room.find(asked.key("gzip"))
            return packed and Entry(gzip.decompress(packed.body), "identity")
        return entry

    async def _made(self, asked: _Asked, make: Make) -> Entry:
        context = Context(
            lambda query: self.ask(asked.view, query, asked.client),
            Links(self._settings.base, asked.view.root),
            asked.about,
            asked.path,
            names=self._names_of(asked.view),
        )
        body = (await make(context)).encode()
        return self._keep(asked, await _packed(body) if asked.encoding == "gzip" else body)

    def _keep(self, asked: _Asked, body: bytes) -> Entry:
        entry = Entry(body, asked.encoding)
        self._room_of(asked).keep(asked.key(), entry)
        return entry

    def _room_of(self, asked: _Asked) -> AnswerCache:
        """Where a page is kept: what visitors searched for, without end, has its place among the answers."""
        return self._kept_pages if asked.target.endswith("?") else self._cache

    def _names_of(self, view: View) -> dict[str, str]:
        """What things of a release are called, as far as pages asked; a full one stays with the pages in making."""
        digest = view.engine.digest
        names = self._names.pop(digest, {})
        self._names[digest] = names if len(names) < _MOST_NAMES else {}
        if len(self._names) > _MOST_NAMED_RELEASES:
            self._names.popitem(last=False)
        return self._names[digest]

    async def _answered(self, engine: Engine, job: Job, key: str) -> bytes:
        entry = self._cache.find(key)
        if entry is None:
            async with engine.answer(job) as answer:
                body = answer.complete
                if body is None:
                    body = b"".join([chunk async for chunk in answer])
            entry = Entry(body, "identity")
            self._cache.keep(key, entry)
        return entry.body


@dataclass(frozen=True, slots=True)
class _Asked:
    """A page of a release, for a client."""

    view: View
    about: About
    target: str  # path and query
    encoding: str
    path: str
    client: str

    def key(self, encoding: str = "") -> str:
        """What it is kept under; in another encoding where one is given."""
        digest, newest = self.view.engine.digest, self.about.is_newest
        return f"page {digest} {self.view.root} {newest} {encoding or self.encoding} {self.target}"


async def _packed(body: bytes) -> bytes:
    return await asyncio.to_thread(gzip.compress, body, 6, mtime=0)


def period_of(facts: About) -> dict[str, str]:
    """The header that tells from when to when the data are, as an interval of ISO 8601."""
    return {"OGPGraph-Data-Period": f"{facts.data_from}/{facts.data_until}"} if facts.data_from else {}


def about(view: View) -> About:
    """What pages say of a release, from its manifest."""
    return _about(view.folder, view.engine.version, view.engine.quads)


@lru_cache(64)
def _about(folder: Path | None, version: str, quads: int) -> About:
    facts = json.loads((folder / "manifest.json").read_text("utf-8")) if folder else {}
    issued, data_from, data_until = (facts.get(name, "") for name in ("issued", "data_from", "data_until"))
    return About(version, issued, data_from, data_until, quads, folder=folder)
