"""Time travel by HTTP: Memento (RFC 7089) over the versions of the release.

::

    /id/commitment/FR0042               original resource (URI-R); asked with Accept-Datetime it is a TimeGate too
    /timegate/id/commitment/FR0042      TimeGate: 302 to the version that was in force (section 4.2.1)
    /timemap/id/commitment/FR0042       TimeMap: every version that names the resource
    /versions/<v>/id/commitment/FR0042  Memento (URI-M): says its Memento-Datetime

A release is of a day: its Memento-Datetime is the beginning of that day (UTC), and of several releases of one day the
last is the one in force.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from datetime import UTC, date, datetime, time
from email.utils import format_datetime
from pathlib import Path
from typing import Any, NoReturn

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from ogpgraph.load.history import Published, following, names, releases_in
from ogpgraph.negotiate import Format, choose
from ogpgraph.pages.links import Links
from ogpgraph.protocol.errors import BadRequest
from ogpgraph.serve.errors import Gone
from ogpgraph.serve.exchange import Scope, header
from ogpgraph.serve.iri_paths import quoted
from ogpgraph.serve.origin import origin_of
from ogpgraph.settings import Settings

LINK_FORMAT = "application/link-format"
_LINK = Format("link", LINK_FORMAT)
_JSON = Format("json", "application/json")
# Section 2.1.1.1: the form of RFC 1123, in GMT.
_DATETIME = "%a, %d %b %Y %H:%M:%S GMT"


class Memento:
    """Answers for the resources below the base: which version was in force when, and which there are."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    def routes(self) -> list[Route]:
        """TimeGates and TimeMaps."""
        return [
            Route("/timegate/{path:path}", self._gate, methods=["GET", "HEAD"]),
            Route("/timemap/{path:path}", self._map, methods=["GET", "HEAD"]),
        ]

    @property
    def releases(self) -> tuple[Published, ...]:
        """The releases that can be gone back to, the oldest first; none where another endpoint answers."""
        return () if self._settings.engine else releases_in(Path(self._settings.out))

    async def holding(self, path: str) -> list[Published]:
        """The releases that name the resource of a path, the oldest first."""
        iri = self._settings.base + quoted(path)
        releases = [each for each in self.releases if _day(each)]
        return await asyncio.to_thread(lambda: [each for each in releases if names(each, iri)])

    async def refuse_unknown(self, path: str) -> NoReturn:
        """Refuse what the release in service does not know: Gone where an older one does, else 404."""
        holding = await self.holding(path)
        if not holding:
            raise HTTPException(404)
        last = holding[-1].version
        older = f"/versions/{last}/{quoted(path)}"
        links = f'<{older}>; rel="predecessor-version", </timemap/{quoted(path)}>; rel="timemap"'
        raise Gone(f"version {last} was the last that knew it: {older}", {"Link": links}, older)

    async def negotiated(self, scope: Scope, path: str) -> Response:
        """302 to the version that was in force at ``Accept-Datetime`` (section 4.2.1); the last one without it.

        A time before the first version gets the first, one after the last the last (section 4.5.3). Raises BadRequest
        for what is no datetime; 404 where no version names the resource.
        """
        wanted = _accepted(header(scope, b"accept-datetime"))
        found = await self.holding(path)
        if not found:
            raise HTTPException(404)
        origin, iri = origin_of(scope, self._settings), self._settings.base + quoted(path)
        chosen = at(found, wanted)
        links = [f'<{iri}>; rel="original"', *_navigation(found, chosen, origin, path)]
        links += [_map_link(origin, path), _gate_link(origin, path)]
        headers = {"Vary": "Accept-Datetime", "Link": ", ".join(links), "Cache-Control": "no-cache"}
        return RedirectResponse(f"/versions/{chosen.version}/{quoted(path)}", 302, headers)

    def headers_of(self, scope: Scope, version: str, path: str) -> list[tuple[bytes, bytes]]:
        """What an answer from a version says as a Memento (section 2.2.4); nothing where its day is not known.

        The versions beside it are those of the whole release: which of them name the resource, its TimeMap says.
        """
        releases = [each for each in self.releases if _day(each)]
        release = next((each for each in releases if each.version == version), None)
        if release is None:
            return []
        origin, iri = origin_of(scope, self._settings), self._settings.base + quoted(path)
        links = [f'<{iri}>; rel="original"', _gate_link(origin, path), _map_link(origin, path)]
        links += _navigation(releases, release, origin, path)
        return [(b"memento-datetime", _http_date(release).encode()), (b"link", ", ".join(links).encode())]

    async def _gate(self, request: Request) -> Response:
        return await self.negotiated(request.scope, request.path_params["path"])

    async def _map(self, request: Request) -> Response:
        path = request.path_params["path"]
        form = choose(header(request.scope, b"accept"), (_LINK, _JSON))
        found = await self.holding(path)
        if not found:
            raise HTTPException(404)
        origin, iri = origin_of(request.scope, self._settings), self._settings.base + quoted(path)
        body = _as_links(found, origin, iri, path) if form is _LINK else _as_json(found, origin, iri, path)
        headers = {"Vary": "Accept", "Cache-Control": f"public, max-age={self._settings.cache_seconds}"}
        return Response(body, headers=headers, media_type=form.media_type)


def links_of_original(links: Links, iri: str) -> list[str]:
    """What the newest state of a resource says of the older ones; empty on pages of a version, which say more."""
    if links.root or not links.is_ours(iri):
        return []
    path = links.path(iri)
    return [_gate_link("", path), _map_link("", path)]


def at(releases: Sequence[Published], wanted: datetime | None) -> Published:
    """The release in force at a time: the last one issued until then, the first where none was; None: the newest."""
    if wanted is None:
        return releases[-1]
    until = [each for each in releases if _moment(each) <= wanted]
    return until[-1] if until else releases[0]


def _accepted(accept_datetime: str | None) -> datetime | None:
    if accept_datetime is None:
        return None
    try:
        return datetime.strptime(accept_datetime.strip(), _DATETIME).replace(tzinfo=UTC)
    except ValueError:
        example = "Thu, 31 May 2007 20:35:00 GMT"
        raise BadRequest(f"Accept-Datetime is no datetime in the form of RFC 1123, such as '{example}'") from None


def _day(release: Published) -> date | None:
    try:
        return date.fromisoformat(release.issued)
    except ValueError:
        return None


def _moment(release: Published) -> datetime:
    return datetime.combine(date.fromisoformat(release.issued), time(), UTC)


def _http_date(release: Published) -> str:
    return format_datetime(_moment(release), usegmt=True)


def _address(release: Published, origin: str, path: str) -> str:
    return f"{origin}/versions/{release.version}/{quoted(path)}"


def _gate_link(origin: str, path: str) -> str:
    return f'<{origin}/timegate/{quoted(path)}>; rel="timegate"'


def _map_link(origin: str, path: str) -> str:
    return f'<{origin}/timemap/{quoted(path)}>; rel="timemap"; type="{LINK_FORMAT}"'


def _navigation(releases: Sequence[Published], release: Published, origin: str, path: str) -> list[str]:
    """Links to first, previous, next and last, each target once (section 2.2.4)."""
    before, after = following(releases, release.version)
    relations: dict[Published, list[str]] = {}
    for relation, target in (("first", releases[0]), ("prev", before), ("next", after), ("last", releases[-1])):
        if target:
            relations.setdefault(target, []).append(relation)
    return [_memento_link(target, " ".join([*of, "memento"]), origin, path) for target, of in relations.items()]


def _memento_link(release: Published, relation: str, origin: str, path: str) -> str:
    return f'<{_address(release, origin, path)}>; rel="{relation}"; datetime="{_http_date(release)}"'


def _as_links(releases: Sequence[Published], origin: str, iri: str, path: str) -> str:
    """A TimeMap in the form of RFC 6690 (section 5 of RFC 7089)."""
    span = f'from="{_http_date(releases[0])}"; until="{_http_date(releases[-1])}"'
    own = f'<{origin}/timemap/{quoted(path)}>; rel="self"; type="{LINK_FORMAT}"; {span}'
    lines = [f'<{iri}>; rel="original"', _gate_link(origin, path), own]
    for release in releases:
        place = [name for name, end in (("first", releases[0]), ("last", releases[-1])) if release == end]
        lines.append(_memento_link(release, " ".join([*place, "memento"]), origin, path))
    return ",\n".join(lines) + "\n"


def _as_json(releases: Sequence[Published], origin: str, iri: str, path: str) -> str:
    """The same as JSON, with the members that the Time Travel service of mementoweb.org gives."""

    def entry(release: Published) -> dict[str, Any]:
        return {"datetime": _moment(release).strftime("%Y-%m-%dT%H:%M:%SZ"), "uri": _address(release, origin, path)}

    entries = [entry(each) for each in releases]
    body = {
        "original_uri": iri,
        "timegate_uri": f"{origin}/timegate/{quoted(path)}",
        "timemap_uri": f"{origin}/timemap/{quoted(path)}",
        "mementos": {"list": entries, "first": entries[0], "last": entries[-1]},
    }
    return json.dumps(body, indent=1) + "\n"
