"""What crawlers ask first: ``/robots.txt``, and ``/sitemap.xml`` with the pages of the release in service.

A sitemap (https://www.sitemaps.org/protocol.html) is an index of parts, each with at most 50,000 addresses. These are
whole ones with the host that was asked, so what is kept has a stand-in for it.
"""

from __future__ import annotations

import asyncio
import gzip
import hashlib
from collections.abc import Iterable
from xml.sax.saxutils import escape

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from ogpgraph.negotiate import choose_encoding
from ogpgraph.pages.links import Links
from ogpgraph.pages.queries import query_text
from ogpgraph.serve.cache import AnswerCache, Entry, tag_matches
from ogpgraph.serve.exchange import Scope, exchange_of, header
from ogpgraph.serve.origin import origin_of
from ogpgraph.serve.site import Pages, about
from ogpgraph.settings import Settings

MOST_ADDRESSES = 50_000  # of one part, by the protocol
_NAMESPACE = "http://www.sitemaps.org/schemas/sitemap/0.9"
_ORIGIN = "https://origin.invalid"
# Pages that are no entities.
OWN_PAGES = ("/", "/ontology", "/shapes", "/scheme/", "/queries/", "/dumps/", "/versions/", "/catalog", "/cite")
# What has no end, or says again what a page says.
_DISALLOWED = (
    *("/sparql?query=", "/sparql?format=", "/editor?query=", "/search?q=", "/search.json?", "/graphs?graph="),
    *("/fragments?", "/timegate/", "/timemap/", "/versions/*/"),
)


class Crawlers:
    """Answers crawlers."""

    def __init__(self, pages: Pages, cache: AnswerCache, settings: Settings) -> None:
        self._pages, self._cache, self._settings = pages, cache, settings

    def routes(self) -> list[Route]:
        """The rules, the index and its parts."""
        return [
            Route("/robots.txt", self._robots, methods=["GET", "HEAD"]),
            Route("/sitemap.xml", self._index, methods=["GET", "HEAD"]),
            Route("/sitemap/{part:int}.xml", self._part, methods=["GET", "HEAD"]),
        ]

    async def _robots(self, request: Request) -> Response:
        rules = "".join(f"Disallow: {path}\n" for path in _DISALLOWED)
        sitemap = f"{origin_of(request.scope, self._settings)}/sitemap.xml"
        text = f"User-agent: *\n{rules}Allow: /\n\nSitemap: {sitemap}\n"
        return PlainTextResponse(text, headers={"Cache-Control": f"public, max-age={self._settings.cache_seconds}"})

    async def _index(self, request: Request) -> Response:
        parts = len(await self._parts(request.scope))
        lines = (f"{_ORIGIN}/sitemap/{number}.xml" for number in range(1, parts + 1))
        return await self._sent(request.scope, self._written("sitemapindex", "sitemap", lines))

    async def _part(self, request: Request) -> Response:
        parts = await self._parts(request.scope)
        number = request.path_params["part"]
        if not 1 <= number <= len(parts):
            raise HTTPException(404)
        view = self._pages.view()
        key = f"sitemap {view.engine.digest} {number}"
        kept = self._cache.find(key)
        if kept is None:
            kept = Entry(self._written("urlset", "url", parts[number - 1]), "identity")
            self._cache.keep(key, kept)
        return await self._sent(request.scope, kept.body)

    async def _parts(self, scope: Scope) -> list[list[str]]:
        """The addresses of all pages, in parts."""
        rows = await self._pages.rows(scope, query_text("sitemap"))
        links = Links(self._settings.base)
        paths = dict.fromkeys(OWN_PAGES)
        things = (row["thing"].value for row in rows)
        paths |= dict.fromkeys(
            links.page(iri).partition("#")[0] for iri in things if links.path(iri).startswith(("id/", "scheme/"))
        )
        addresses = [_ORIGIN + path for path in paths]
        return [addresses[start : start + MOST_ADDRESSES] for start in range(0, len(addresses), MOST_ADDRESSES)]

    def _written(self, outer: str, inner: str, addresses: Iterable[str]) -> bytes:
        issued = about(self._pages.view()).issued
        day = f"<lastmod>{escape(issued)}</lastmod>" if issued else ""
        lines = "".join(f"<{inner}><loc>{escape(each)}</loc>{day}</{inner}>\n" for each in addresses)
        return f'<?xml version="1.0" encoding="UTF-8"?>\n<{outer} xmlns="{_NAMESPACE}">\n{lines}</{outer}>\n'.encode()

    async def _sent(self, scope: Scope, template: bytes) -> Response:
        """A sitemap with the host that was asked."""
        exchange_of(scope).lane = "reserved"
        body = template.replace(_ORIGIN.encode(), origin_of(scope, self._settings).encode())
        encoding = choose_encoding(header(scope, b"accept-encoding"), ("gzip",))
        etag = f'"{hashlib.sha256(body + encoding.encode()).hexdigest()[:32]}"'
        headers = {
            "ETag": etag,
            "Vary": "Accept-Encoding",
            "Cache-Control": f"public, max-age={self._settings.cache_seconds}",
        }
        if tag_matches(header(scope, b"if-none-match"), etag):
            return Response(status_code=304, headers=headers)
        if encoding == "gzip":
            body = await asyncio.to_thread(gzip.compress, body, 1, mtime=0)
            headers["Content-Encoding"] = "gzip"
        return Response(body, headers=headers, media_type="application/xml")
