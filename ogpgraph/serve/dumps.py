"""The files of every release, the catalogue for people, and how to cite.

::

    /dumps/                     all releases                    /dumps/latest/…       302 to the version in service
    /dumps/<version>/           its files; RDF: its catalogue   /dumps/<version>/changes    what changed, for people
    /dumps/<version>/<file>     a file, whole or in ranges (RFC 9110, section 14)
    /catalog                    a page for who likes HTML best  /cite, /cite.bib, /cite.cff

A file is known by its name in the manifest of its release, so no path leads out of a release; its entity tag is its
SHA-256, and it never changes.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime
from pathlib import Path

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import FileResponse, RedirectResponse, Response
from starlette.routing import Route

from ogpgraph.load.history import releases_in
from ogpgraph.pages.citation import citation_of, cite_page
from ogpgraph.pages.context import Context, NotFound
from ogpgraph.pages.dumps import (
    Dump,
    DumpFile,
    catalogue_page,
    changes_page,
    dump_page,
    dumps_page,
    read_dump,
)
from ogpgraph.serve.cache import tag_matches
from ogpgraph.serve.description import Descriptions
from ogpgraph.serve.errors import problem
from ogpgraph.serve.exchange import Scope, exchange_of, header
from ogpgraph.serve.queries import wants_rdf
from ogpgraph.serve.site import Make, Pages
from ogpgraph.settings import Settings

_FOREVER = "public, max-age=31536000, immutable"
_NEGOTIATED = {"Vary": "Accept, Accept-Encoding"}
_RANGE = re.compile(r"(?P<first>\d{1,18})-(?P<last>\d{0,18})|-(?P<suffix>\d{1,18})", re.ASCII)
# Forms of /cite, with their media types; CFF has none of its own.
_CITATIONS = {"bib": "application/x-bibtex", "cff": "application/yaml"}


class DumpPages:
    """Answers with the files of releases, the pages about them, and the page of the catalogue."""

    def __init__(self, pages: Pages, settings: Settings, descriptions: Descriptions) -> None:
        self._pages, self._out, self._base = pages, Path(settings.out), settings.base
        descriptions.pages["/catalog"] = self._catalogue

    def routes(self) -> list[Route]:
        """The routes, for GET and HEAD."""
        handlers = {
            "/dumps/": self._list,
            "/dumps/latest": self._latest,
            "/dumps/latest/{name:path}": self._latest,
            "/dumps/{version}": self._without_slash,
            "/dumps/{version}/": self._version,
            "/dumps/{version}/changes": self._changes,
            "/dumps/{version}/{name:path}": self._file,
            "/cite": self._cite,
            "/cite.{form}": self._citation,
        }
        return [Route(path, handler, methods=["GET", "HEAD"]) for path, handler in handlers.items()]

    async def _list(self, request: Request) -> Response:
        folders = [each.folder for each in reversed(releases_in(self._out))]
        return await self._page(request.scope, lambda context: dumps_page(context, folders))

    async def _latest(self, request: Request) -> Response:
        """302 to the version in service; to the newest one where that has no files, as a written copy has none."""
        known = {each.version for each in releases_in(self._out)}
        version = self._pages.view().engine.version
        if version not in known:
            latest = releases_in(self._out)[-1:]
            version = latest[0].version if latest else ""
        name = request.path_params.get("name", "")
        dump = self._dump(version)
        if name and name != "changes":
            _file_of(dump, name)
        return RedirectResponse(f"/dumps/{version}/{name}", 302, {"Cache-Control": "no-cache"})

    async def _without_slash(self, request: Request) -> Response:
        return RedirectResponse(f"/dumps/{self._dump(request.path_params['version']).version}/", 301)

    async def _version(self, request: Request) -> Response:
        dump = self._dump(request.path_params["version"])
        if wants_rdf(request):
            return RedirectResponse(f"/dumps/{dump.version}/catalogue.ttl", 303, _NEGOTIATED)
        exchange_of(request.scope).version = dump.version
        return await self._page(request.scope, lambda context: dump_page(context, dump.folder), _NEGOTIATED)

    async def _changes(self, request: Request) -> Response:
        dump = self._dump(request.path_params["version"])
        exchange_of(request.scope).version = dump.version
        known = frozenset(each.version for each in releases_in(self._out))
        return await self._page(request.scope, lambda context: changes_page(context, dump.folder, known))

    async def _file(self, request: Request) -> Response:
        dump = self._dump(request.path_params["version"])
        file = _file_of(dump, request.path_params["name"])
        exchange_of(request.scope).version = dump.version
        headers = _headers(dump, file)
        if _is_known(request.scope, headers):
            return Response(status_code=304, headers=headers)
        path = dump.folder / file.name
        if not path.is_file() or (stat := path.stat()).st_size != file.bytes:
            raise HTTPException(404)  # the manifest names what is not there, or not so
        if not _ask_for_what_is_there(request.scope, file.bytes, headers):
            detail = f"the file has {file.bytes} bytes, and none of those that Range names"
            return problem(416, "Range not satisfiable", detail, {"Content-Range": f"bytes */{file.bytes}"})
        return FileResponse(path, headers=headers, media_type=file.media_type, stat_result=stat)

    async def _catalogue(self, request: Request) -> Response:
        return await self._page(request.scope, catalogue_page, _NEGOTIATED)

    async def _cite(self, request: Request) -> Response:
        return await self._page(request.scope, cite_page)

    async def _citation(self, request: Request) -> Response:
        form = request.path_params["form"]
        if form not in _CITATIONS:
            raise HTTPException(404)

        async def made(context: Context) -> str:
            citation = await citation_of(context)
            return citation.as_bibtex() if form == "bib" else citation.as_cff()

        return await self._pages.document(self._of_shelf(request.scope), made, _CITATIONS[form])

    async def _page(self, scope: Scope, make: Make, headers: dict[str, str] | None = None) -> Response:
        return await self._pages.respond(self._of_shelf(scope), make, headers=headers)

    def _of_shelf(self, scope: Scope) -> Scope:
        """A scope whose query string is what the page depends on beside its path: which releases are there.

        Kept pages are known by path and query string; what a stranger writes there changes nothing and is left out.
        """
        names = "\n".join(each.version for each in releases_in(self._out))
        return {**scope, "query_string": hashlib.sha256(names.encode()).hexdigest()[:16].encode()}

    def _dump(self, version: str) -> Dump:
        """A release of the folder; 404 for what is none, so that a version is never a path of somebody's choice."""
        folder = next((each.folder for each in releases_in(self._out) if each.version == version), None)
        if folder is None:
            raise HTTPException(404)
        try:
            return read_dump(folder)
        except NotFound:
            raise HTTPException(404) from None


def _file_of(dump: Dump, name: str) -> DumpFile:
    try:
        return dump.file(name)
    except NotFound:
        raise HTTPException(404) from None


def _headers(dump: Dump, file: DumpFile) -> dict[str, str]:
    """What all answers about a file have, also 304 (RFC 9110, section 15.4.5)."""
    headers = {
        "ETag": f'"{file.sha256}"',
        "Cache-Control": _FOREVER,
        "Accept-Ranges": "bytes",
        # Of the whole file, whatever part is sent (RFC 9530, section 3).
        "Repr-Digest": f"sha-256=:{base64.b64encode(bytes.fromhex(file.sha256)).decode()}:",
        "Access-Control-Expose-Headers": "Accept-Ranges, Content-Range, Last-Modified, Repr-Digest",
    }
    if dump.issued:
        issued = datetime.fromisoformat(dump.issued).replace(tzinfo=UTC)
        headers["Last-Modified"] = format_datetime(issued, usegmt=True)
    return headers


def _is_known(scope: Scope, headers: Mapping[str, str]) -> bool:
    """Whether the client has the file already: by its tag, or, where it names none, by its date."""
    tags = header(scope, b"if-none-match")
    if tags is not None:
        return tags.strip() == "*" or tag_matches(tags, headers["ETag"])
    since = header(scope, b"if-modified-since")
    if since is None or "Last-Modified" not in headers:
        return False
    try:
        return parsedate_to_datetime(headers["Last-Modified"]) <= parsedate_to_datetime(since)
    except (TypeError, ValueError):  # no date, or one without a zone
        return False


def _ask_for_what_is_there(scope: Scope, size: int, headers: Mapping[str, str]) -> bool:
    """Leave in ``Range`` what the file has; False where it has nothing of it (RFC 9110, section 14.1.2).

    What cannot be read is ignored, and so is a range of another state of the file (``If-Range``). FileResponse would
    answer 400 to the one, and 416 to a list of ranges of which one is outside.
    """
    wanted = header(scope, b"range")
    condition = header(scope, b"if-range")
    applies = condition is None or condition in (headers["ETag"], headers.get("Last-Modified"))
    found = _satisfiable(wanted, size) if wanted and applies else None
    if found == []:
        return False
    scope["headers"] = [each for each in scope["headers"] if each[0] != b"range"]
    if found:
        scope["headers"].append((b"range", b"bytes=" + ",".join(found).encode()))
    return True


def _satisfiable(wanted: str, size: int) -> list[str] | None:
    """The ranges of a Range header that a file of some bytes has; None where the header is none of ours."""
    unit, _, listed = wanted.partition("=")
    ranges = [each.strip() for each in listed.split(",") if each.strip()]
    read = [_RANGE.fullmatch(each) for each in ranges]
    if unit.strip().lower() != "bytes" or not ranges or not all(read):
        return None
    found = []
    for text, parts in zip(ranges, read, strict=True):
        assert parts
        first, last, suffix = parts["first"], parts["last"], parts["suffix"]
        if first and last and int(last) < int(first):
            return None
        if int(first) < size if first else int(suffix) > 0 and size > 0:
            found.append(text)
    return found
