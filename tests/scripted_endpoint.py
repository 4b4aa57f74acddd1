"""A SPARQL endpoint that answers as a test wants: late, cut, with a wrong type, for ever."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from urllib.parse import parse_qsl

JSON = "application/sparql-results+json"
PIECE = b"x" * 65536

Reply = Callable[["Scripted", asyncio.StreamWriter], Awaitable[None]]


@dataclass(frozen=True)
class Asked:
    """A request as it came."""

    target: str
    headers: dict[str, str]
    body: bytes

    @property
    def form(self) -> list[tuple[str, str]]:
        """The parameters of a form."""
        return parse_qsl(self.body.decode(), keep_blank_values=True)


@dataclass
class Scripted:
    """The running endpoint and what it has seen."""

    port: int = 0
    asked: list[Asked] = field(default_factory=list)
    written_bytes: int = 0
    open_requests: int = 0
    gone: asyncio.Event = field(default_factory=asyncio.Event)  # a client has closed its connection

    @property
    def url(self) -> str:
        """Where it answers."""
        return f"http://127.0.0.1:{self.port}/sparql"


@contextlib.asynccontextmanager
async def scripted(*replies: Reply) -> AsyncIterator[Scripted]:
    """An endpoint that gives the replies one after the other; the last one again and again."""
    endpoint = Scripted()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError):
            while True:
                endpoint.asked.append(await _request(reader))
                reply = replies[min(len(endpoint.asked), len(replies)) - 1]
                await _until_gone(reply(endpoint, writer), reader, endpoint)
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    endpoint.port = server.sockets[0].getsockname()[1]
    try:
        yield endpoint
    finally:
        server.close()


async def _request(reader: asyncio.StreamReader) -> Asked:
    first, *lines = (await reader.readuntil(b"\r\n\r\n")).decode().splitlines()[:-1]
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    return Asked(first.split()[1], headers, await reader.readexactly(int(headers.get("content-length", 0))))


async def _until_gone(reply: Awaitable[None], reader: asyncio.StreamReader, endpoint: Scripted) -> None:
    """Reply, unless the client closes the connection before the reply has ended."""
    replying = asyncio.ensure_future(reply)
    watching = asyncio.ensure_future(reader.read(1))
    endpoint.open_requests += 1
    await asyncio.wait({replying, watching}, return_when=asyncio.FIRST_COMPLETED)
    endpoint.open_requests -= 1
    if watching.done():
        endpoint.gone.set()
        replying.cancel()
        raise ConnectionResetError
    watching.cancel()
    await asyncio.wait({watching})
    await replying


def answer(body: bytes = b"{}", content_type: str = JSON, status: str = "200 OK", **headers: str) -> Reply:
    """A whole response; underscores in the names of headers stand for hyphens."""

    async def reply(_: Scripted, writer: asyncio.StreamWriter) -> None:
        further = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in headers.items())
        kind = f"Content-Type: {content_type}\r\n" if content_type else ""
        head = f"HTTP/1.1 {status}\r\n{kind}{further}Content-Length: {len(body)}\r\n\r\n"
        writer.write(head.encode() + body)
        await writer.drain()

    return reply


def streamed(pieces: int | None, ends: bool = True) -> Reply:
    """A response in pieces of 64 KB, without end where ``pieces`` is None; cut where it does not end."""

    async def reply(endpoint: Scripted, writer: asyncio.StreamWriter) -> None:
        head = f"HTTP/1.1 200 OK\r\nContent-Type: {JSON}\r\nTransfer-Encoding: chunked\r\n\r\n"
        writer.write(head.encode())
        number = 0
        while pieces is None or number < pieces:
            writer.write(b"%x\r\n%b\r\n" % (len(PIECE), PIECE))
            await writer.drain()
            endpoint.written_bytes += len(PIECE)
            number += 1
        if ends:
            writer.write(b"0\r\n\r\n")
            await writer.drain()
        else:
            writer.close()

    return reply


async def silent(_: Scripted, __: asyncio.StreamWriter) -> None:
    """Never an answer."""
    await asyncio.Event().wait()


async def stalled(_: Scripted, writer: asyncio.StreamWriter) -> None:
    """The beginning of a long answer, then nothing more."""
    head = f"HTTP/1.1 200 OK\r\nContent-Type: {JSON}\r\nContent-Length: {100 * len(PIECE)}\r\n\r\n"
    writer.write(head.encode() + 8 * PIECE)
    await asyncio.Event().wait()


async def hung_up(_: Scripted, writer: asyncio.StreamWriter) -> None:
    """No answer: the connection is closed."""
    writer.close()
