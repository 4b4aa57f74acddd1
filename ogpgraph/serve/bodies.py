"""Bodies of requests: read within the limits, and refused so that the client hears why."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from starlette.responses import Response

from ogpgraph.engine.job import LimitReached
from ogpgraph.protocol.errors import UnsupportedMediaType
from ogpgraph.serve.exchange import Scope, header

Receive = Callable[[], Awaitable[Any]]
Send = Callable[[Any], Awaitable[None]]

# A client that is still sending hears a refusal only when it has sent on for a while; nobody is waited for longer.
_LINGER_SECONDS = 1.0


class ClientGone(Exception):
    """The client went away before its request was whole."""


async def read_body(scope: Scope, receive: Receive, most_bytes: int, most_seconds: int, limit: str) -> bytes:
    """The body of a request.

    Raises LimitReached (413, naming ``limit``) where it is larger than ``most_bytes``, at once where its
    Content-Length says so; LimitReached (408, body_seconds) where it takes longer than ``most_seconds``;
    UnsupportedMediaType where it is compressed, which nobody needs for a query and attackers use.
    """
    coding = header(scope, b"content-encoding")
    if coding and coding.strip().lower() != "identity":
        raise UnsupportedMediaType(f"Content-Encoding '{coding}' is not read here: send the body as it is")
    declared = header(scope, b"content-length")
    if declared and declared.isdecimal() and int(declared) > most_bytes:
        raise LimitReached(413, limit, most_bytes, f"the body is larger: Content-Length is {declared}")
    try:
        async with asyncio.timeout(most_seconds):
            return await _gathered(receive, most_bytes, limit)
    except TimeoutError:
        found = "the body was not whole in that time"
        raise LimitReached(408, "body_seconds", most_seconds, found) from None


async def _gathered(receive: Receive, most_bytes: int, limit: str) -> bytes:
    message = await receive()
    if not message.get("more_body") and message["type"] == "http.request" and len(message["body"]) <= most_bytes:
        whole: bytes = message["body"]
        return whole
    body = bytearray()
    while True:
        if message["type"] == "http.disconnect":
            raise ClientGone
        body += message.get("body", b"")
        if len(body) > most_bytes:
            raise LimitReached(413, limit, most_bytes, f"the body is larger: {len(body)} bytes were read")
        if not message.get("more_body"):
            return bytes(body)
        message = await receive()


async def refuse(response: Response, receive: Receive, send: Send) -> None:
    """Answer a request whose body is not read to its end, and close its connection.

    Closing at once would reset the connection, and a client that sends its whole body before it reads would never see
    the answer: so what comes within a second is thrown away first.
    """
    headers = [*response.raw_headers, (b"connection", b"close")]
    await send({"type": "http.response.start", "status": response.status_code, "headers": headers})
    await send({"type": "http.response.body", "body": bytes(response.body), "more_body": True})
    try:
        async with asyncio.timeout(_LINGER_SECONDS):
            while (await receive()).get("more_body"):
                pass
    except TimeoutError:
        pass
    await send({"type": "http.response.body", "body": b"", "more_body": False})
