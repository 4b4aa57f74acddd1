"""Connections and their limits: how many, how long a head may take, how long a client may take no byte.

Uvicorn's httptools protocol with what a public server needs beyond it. Refusals are problem details here too.
"""

from __future__ import annotations

import asyncio
import sys
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol, RequestResponseCycle

from ogpgraph.serve import heads
from ogpgraph.serve.errors import MEDIA_TYPE, problem_body
from ogpgraph.serve.exchange import CONNECTION, EXCHANGE, Exchange
from ogpgraph.serve.heads import Headers
from ogpgraph.serve.responder import BEGUN, Begun
from ogpgraph.settings import Settings

if sys.platform != "win32":
    import fcntl
    import termios

# Longest head of a request: a query in a URL fits well, a longer one goes by POST.
_LONGEST_HEAD_BYTES = 65_536
# Longest request that takes the short way.
_LONGEST_PROMPT_BYTES = 8192


class Connections:
    """The open connections, counted in all and by client.

    Where all are taken, a newcomer gets the place of the one that has waited longest for a request: clients that hold
    connections and ask nothing keep nobody out. It is refused only where every other connection has its request.
    """

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.open = 0
        self._of_client: Counter[str] = Counter()
        self._waiting: dict[LimitedProtocol, None] = {}  # for a whole head, longest first
        # Whether a request takes the short way; see ogpgraph.serve.prompt.
        self.take_prompt: Callable[[LimitedProtocol, bytes], bool] = lambda *_: False
        self._default_headers: Headers = ()
        self._default_lines = b""

    def lines_of(self, default_headers: Headers) -> bytes:
        """The headers that uvicorn adds to every answer as lines; it makes new ones each second."""
        if default_headers is not self._default_headers:
            self._default_headers, self._default_lines = default_headers, heads.lines(default_headers)
        return self._default_lines

    def protocol(self, **uvicorn: Any) -> LimitedProtocol:
        """What uvicorn calls for each connection: give it as ``http=``."""
        return LimitedProtocol(self, **uvicorn)

    def enter(self, client: str) -> str | None:
        """Count a connection; the name of the limit that it exceeds, if it does."""
        self.open += 1
        self._of_client[client] += 1
        if self.open > self.settings.connections and not self._close_longest_waiting():
            return "connections"
        # Behind a proxy every connection comes from the proxy.
        shared = self.settings.trusted_proxies > 0
        if not shared and self._of_client[client] > self.settings.client_connections:
            return "client_connections"
        return None

    def wait(self, connection: LimitedProtocol) -> None:
        """Note that a connection has no request from now on."""
        self._waiting[connection] = None

    def proceed(self, connection: LimitedProtocol) -> None:
        """Note that a connection has a request, or is closed."""
        self._waiting.pop(connection, None)

    def _close_longest_waiting(self) -> bool:
        """Make room for a newcomer, if some connection waits for a request."""
        longest = next(iter(self._waiting), None)
        if longest is None:
            return False
        self.proceed(longest)
        longest.close()
        return True

    def leave(self, client: str) -> None:
        """Count a connection as closed."""
        self.open -= 1
        self._of_client[client] -= 1
        if not self._of_client[client]:
            del self._of_client[client]


class LimitedProtocol(HttpToolsProtocol):
    """One connection. Requests find it in their scope, under the extension ``ogpgraph.connection``."""

    def __init__(self, connections: Connections, **uvicorn: Any) -> None:
        super().__init__(**uvicorn)
        self._connections, self._settings = connections, connections.settings
        self.on_lost: Callable[[], None] | None = None
        self.gone = False
        self.peer = ""
        self._prompt = _PromptCycle()  # the request on the short way, or the last one
        self._head_bytes = 0
        self._is_between_requests = True
        self._head_timer: asyncio.TimerHandle | None = None
        self._send_timer: asyncio.TimerHandle | None = None
        self._idle_until = 0.0  # in the loop's time

    # -- connection

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Count the connection, refuse it where there are too many, and wait for a request."""
        super().connection_made(transport)
        self.peer = self.client[0] if self.client else ""
        exceeded = self._connections.enter(self.peer)
        if exceeded:
            status = 429 if exceeded == "client_connections" else 503
            self._refuse_limit(status, exceeded, "this connection is one more", retry_seconds=1)
        else:
            self._connections.wait(self)
            self._head_timer = self.loop.call_later(self._settings.header_seconds, self._head_is_late)

    def connection_lost(self, exc: Exception | None) -> None:
        """Tell the request that its client has gone."""
        self._connections.proceed(self)
        self._connections.leave(self.peer)
        self._stop_head_timer()
        if self._send_timer:
            self._send_timer.cancel()
        super().connection_lost(exc)
        self._unset_keepalive_if_required()
        self.pipeline.clear()
        self.gone = True
        if self.on_lost:
            self.on_lost()
            self.on_lost = None

    def close(self) -> None:
        """End the connection between two requests; what is held of the last answer is still sent."""
        self.transport.close()
        self._watch_sending()

    def cut(self) -> None:
        """End the connection without the end of the answer."""
        if self.cycle:
            self.cycle.disconnected = True
        self.on_lost = None
        self.transport.abort()

    # -- head of a request

    def data_received(self, data: bytes) -> None:
        """Parse; a head that is too long or that comes too slowly ends the connection."""
        if self.transport.is_closing():
            return
        if not self._request_runs():
            if self._may_be_prompt(data) and self._connections.take_prompt(self, data):
                return
            self._head_bytes += len(data)
        super().data_received(data)
        if self.transport.is_closing() or self._request_runs():
            return
        if self._head_bytes > _LONGEST_HEAD_BYTES:
            self._refuse(431, "Request header fields too large", f"a head has at most {_LONGEST_HEAD_BYTES} bytes")
        elif self._head_timer is None:
            self._head_timer = self.loop.call_later(self._settings.header_seconds, self._head_is_late)

    def on_message_begin(self) -> None:
        """The first byte of a request."""
        self._is_between_requests = False
        super().on_message_begin()

    def on_message_complete(self) -> None:
        """The last byte of a request: what comes next begins another one."""
        self._is_between_requests = True
        super().on_message_complete()

    def on_headers_complete(self) -> None:
        """Pass a request on whose head is whole, with this connection as an extension of ASGI."""
        self._connections.proceed(self)
        self._stop_head_timer()
        self._head_bytes = 0
        self.scope["extensions"] = {CONNECTION: self}  # type: ignore[typeddict-unknown-key,dict-item]
        super().on_headers_complete()

    def on_response_complete(self) -> None:
        """Wait for the next request, or for the client to take the rest of the last answer."""
        self.on_lost = None
        super().on_response_complete()
        if self.transport.is_closing():
            self._watch_sending()
        elif not self._request_runs():
            self._connections.wait(self)

    def timeout_keep_alive_handler(self) -> None:
        """Close a connection that nobody uses; one that still holds parts of an answer gets its time to take them."""
        self.timeout_keep_alive_task = None
        if self._request_runs():
            return  # when it is answered the time begins anew
        if self._idle_until > self.loop.time():
            self.timeout_keep_alive_task = self.loop.call_at(self._idle_until, self.timeout_keep_alive_handler)
            return
        super().timeout_keep_alive_handler()
        self._watch_sending()

    def send_400_response(self, msg: str) -> None:
        """What is no HTTP is answered like every error."""
        self._refuse(400, "Bad request", "this is no valid HTTP request")

    def _request_runs(self) -> bool:
        return self.cycle is not None and not self.cycle.response_complete

    def _stop_head_timer(self) -> None:
        if self._head_timer:
            self._head_timer.cancel()
            self._head_timer = None

    def _head_is_late(self) -> None:
        self._head_timer = None
        if self._head_bytes:
            self._refuse_limit(408, "header_seconds", "the head of the request was not whole in that time")
        else:
            self.transport.close()

    # -- the short way: see ogpgraph.serve.prompt.PromptConnection

    def _may_be_prompt(self, data: bytes) -> bool:
        """Whether this is one whole request, short and without a body, of a client that takes what it is sent."""
        if not self._is_between_requests or self.flow.write_paused or len(data) > _LONGEST_PROMPT_BYTES:
            return False
        return data.find(b"\r\n\r\n") == len(data) - 4

    def occupy(self) -> None:
        """Take no other request before this one is answered."""
        self._connections.proceed(self)
        self._stop_head_timer()
        self.cycle = self._prompt = _PromptCycle()  # type: ignore[assignment]

    def reply(self, status: int, head: bytes, body: bytes) -> None:
        """Send a whole response, ``head`` as its lines; the next request may come."""
        cycle = self._prompt
        first = self._connections.lines_of(self.server_state.default_headers)
        last = b"\r\n" if cycle.keep_alive else b"connection: close\r\n\r\n"
        self.transport.write(b"".join((STATUS_LINE[status], first, head, last, body)))
        cycle.response_complete = True
        if self.pipeline or not cycle.keep_alive:
            if not cycle.keep_alive:
                self.transport.close()
            self.on_response_complete()
        else:
            self._wait_for_next()

    def _wait_for_next(self) -> None:
        """What ``on_response_complete`` does where the connection is kept and nothing has come on it meanwhile.

        Its timer is left to run, and armed anew when it goes off: most connections ask again long before.
        """
        self.on_lost = None
        self.server_state.total_requests += 1
        self._connections.wait(self)
        self._idle_until = self.loop.time() + self.timeout_keep_alive
        if self.timeout_keep_alive_task is None:
            self.timeout_keep_alive_task = self.loop.call_at(self._idle_until, self.timeout_keep_alive_handler)

    def hand_over(self, query_string: bytes, headers: Headers, exchange: Exchange, begun: Begun) -> None:
        """Let the request go on by the whole way, with what has begun on the short one."""
        scope = {
            "type": "http",
            "asgi": {"version": self.asgi_version, "spec_version": "2.3"},
            "http_version": "1.1",
            "server": self.server,
            "client": self.client,
            "scheme": self.scheme,
            "root_path": self.root_path,
            "state": self.app_state.copy(),
            "method": "GET",
            "path": exchange.path,
            "raw_path": exchange.path.encode(),
            "query_string": query_string,
            "headers": headers,
            "extensions": {CONNECTION: self},
            EXCHANGE: exchange,
            BEGUN: begun,
        }
        cycle = RequestResponseCycle(
            scope=scope,  # type: ignore[arg-type]
            transport=self.transport,
            flow=self.flow,
            logger=self.logger,
            access_logger=self.access_logger,
            access_log=self.access_log,
            default_headers=self.server_state.default_headers,
            message_event=asyncio.Event(),
            expect_100_continue=False,
            keep_alive=self._prompt.keep_alive,
            on_response=self.on_response_complete,
        )
        cycle.more_body = False
        self._prompt.response_complete = True
        if self.cycle is self._prompt:  # type: ignore[comparison-overlap]
            self.cycle = cycle
        self._start_asgi_task(cycle, self.app)

    # -- sending

    def pause_writing(self) -> None:
        """The client takes less than is sent: stop sending, and watch whether it takes anything."""
        super().pause_writing()
        self._watch_sending()

    def resume_writing(self) -> None:
        """The client has taken nearly all: go on."""
        super().resume_writing()
        if self._send_timer:
            self._send_timer.cancel()
            self._send_timer = None

    def _watch_sending(self) -> None:
        if self.transport.get_write_buffer_size() and self._send_timer is None:
            seconds = self._settings.send_seconds
            self._send_timer = self.loop.call_later(seconds, self._sending_is_late, self._untaken_bytes())

    def _untaken_bytes(self) -> int:
        """What the client has not taken yet, here and in the system's own buffer, which holds some megabytes."""
        here = self.transport.get_write_buffer_size()
        if sys.platform != "linux":
            return here
        try:
            in_system = fcntl.ioctl(self.transport.get_extra_info("socket").fileno(), termios.TIOCOUTQ, bytes(4))
        except OSError:
            return here
        return here + int.from_bytes(in_system, sys.byteorder)

    def _sending_is_late(self, untaken_before: int) -> None:
        """Cut a client that has taken nothing since; one that has taken something gets the same time again."""
        self._send_timer = None
        if self._untaken_bytes() >= untaken_before:
            self.transport.abort()
        else:
            self._watch_sending()

    # -- refusals before there is a request

    def _refuse_limit(self, status: int, limit: str, found: str, retry_seconds: int | None = None) -> None:
        value = getattr(self._settings, limit)
        facts = {"limit": limit, "value": value, "found": found}
        self._refuse(status, "Limit reached", f"{limit} is {value}; {found}", retry_seconds, **facts)

    def _refuse(self, status: int, title: str, detail: str, retry_seconds: int | None = None, **facts: object) -> None:
        body = problem_body(status, title, detail, **facts)
        retry = f"retry-after: {retry_seconds}\r\n" if retry_seconds else ""
        head = (
            f"content-type: {MEDIA_TYPE}\r\ncontent-length: {len(body)}\r\ncache-control: no-store\r\n"
            f"access-control-allow-origin: *\r\n{retry}connection: close\r\n\r\n"
        )
        self.transport.write(STATUS_LINE[status] + head.encode() + body)
        self.transport.close()
        self._watch_sending()


_NOBODY_WAITS = asyncio.Event()


@dataclass(slots=True)
class _PromptCycle:
    """What uvicorn wants to know of a request that runs, for one on the short way."""

    response_complete: bool = False
    keep_alive: bool = True
    disconnected: bool = False
    more_body: bool = False
    message_event: asyncio.Event = _NOBODY_WAITS
