"""``/assets/…``: styles, icons and scripts of the pages, read once, compressed when they are first asked for."""

from __future__ import annotations

import gzip
import hashlib
import mimetypes
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from ogpgraph.negotiate import choose_encoding
from ogpgraph.pages import ASSETS
from ogpgraph.serve.cache import tag_matches

# A new version of the site may bring other files at the same address: they are asked for again after an hour.
_CACHE_CONTROL = "public, max-age=3600"


@dataclass(frozen=True)
class _Asset:
    plain: bytes
    media_type: str
    etag: str

    @cached_property
    def packed(self) -> bytes:
        """As gzip."""
        return gzip.compress(self.plain, 9, mtime=0)


class Assets:
    """The files below a folder, by their path."""

    def __init__(self, folder: Path = ASSETS) -> None:
        files = (path for path in sorted(folder.rglob("*")) if path.is_file())
        self._files = {path.relative_to(folder).as_posix(): _read(path) for path in files}

    def routes(self) -> list[Route]:
        """The route of all of them."""
        return [Route("/assets/{path:path}", self._asset, methods=["GET", "HEAD"])]

    async def _asset(self, request: Request) -> Response:
        asset = self._files.get(request.path_params["path"])
        if asset is None:
            raise HTTPException(404)
        encoding = choose_encoding(request.headers.get("accept-encoding"), ("gzip",))
        etag = f'"{asset.etag}{"-gzip" if encoding == "gzip" else ""}"'
        headers = {"ETag": etag, "Cache-Control": _CACHE_CONTROL, "Vary": "Accept-Encoding"}
        if tag_matches(request.headers.get("if-none-match"), etag):
            return Response(status_code=304, headers=headers)
        if encoding == "gzip":
            return Response(asset.packed, 200, headers | {"Content-Encoding": "gzip"}, media_type=asset.media_type)
        return Response(asset.plain, 200, headers, media_type=asset.media_type)


def _read(path: Path) -> _Asset:
    plain = path.read_bytes()
    media_type = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    return _Asset(plain, media_type, hashlib.sha256(plain).hexdigest()[:32])
