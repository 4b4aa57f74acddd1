"""The address by which a client knows this server, for documents that must name it whole."""

from __future__ import annotations

import re

from ogpgraph.serve.exchange import Scope, header
from ogpgraph.settings import Settings

# A name or an address, and a port: nothing that means anything in any form of RDF, XML or in a header.
_HOST = re.compile(r"(?:[A-Za-z0-9](?:[A-Za-z0-9.-]{0,252})|\[[0-9A-Fa-f:.]{2,45}\])(?::[0-9]{1,5})?")


def origin_of(scope: Scope, settings: Settings) -> str:
    """Scheme and host without a slash at the end: those of the request where its Host header is one, else the base."""
    host = header(scope, b"host") or ""
    if not _HOST.fullmatch(host):
        return settings.base.rstrip("/")
    scheme = scope["scheme"]
    if settings.trusted_proxies:
        forwarded = (header(scope, b"x-forwarded-proto") or "").rpartition(",")[2].strip().lower()
        scheme = forwarded if forwarded in ("http", "https") else scheme
    return f"{scheme}://{host}"
