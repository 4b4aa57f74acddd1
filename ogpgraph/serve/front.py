"""What surrounds every request, whatever it asks for: its id, the headers of all answers, log, metrics, its end.

Plain ASGI: the framework's own middlewares would cost more than an answer from the cache.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Any

from starlette.responses import Response

from ogpgraph.serve import heads
from ogpgraph.serve.access_log import AccessLog
from ogpgraph.serve.bodies import ClientGone, Receive, Send
from ogpgraph.serve.errors import AnswerCut, limit_of, problem_of
from ogpgraph.serve.exchange import Exchange, Scope, begin, header
from ogpgraph.serve.metrics import Metrics
from ogpgraph.serve.releases import Releases

_log = logging.getLogger(__name__)

ASGI = Callable[[Scope, Receive, Send], Awaitable[None]]

_PREFLIGHT = {
    "Access-Control-Allow-Methods": "GET, HEAD, POST, QUERY, OPTIONS",
    "Access-Control-Allow-Headers": (
        "Accept, Accept-Datetime, Authorization, Content-Type, If-Modified-Since, If-None-Match, If-Range, Range, "
        "X-Request-Id"
    ),
    "Access-Control-Max-Age": "86400",
}
_PREFLIGHT_OF_WRITABLE_GRAPHS = {
    "Access-Control-Allow-Methods": "GET, HEAD, POST, PUT, DELETE, OPTIONS",
    "Access-Control-Allow-Headers": f"{_PREFLIGHT['Access-Control-Allow-Headers']}, If-Match",
    "Access-Control-Max-Age": "86400",
}


class Front:
    """The outermost ASGI application: passes requests to ``routes[path]`` or else to ``others``.

    ``writes``: whether graphs may be written, which scripts are told that ask.
    """

    def __init__(
        self,
        routes: dict[str, ASGI],
        others: ASGI,
        releases: Releases,
        trusted_proxies: int,
        access_log: AccessLog,
        metrics: Metrics,
        writes: bool = False,
    ) -> None:
        self._routes, self._others, self._releases = routes, others, releases
        self._trusted_proxies, self._access_log, self._metrics = trusted_proxies, access_log, metrics
        self._writes = writes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request and note what it took."""
        exchange = begin(scope, self._trusted_proxies)
        observed = self._observed(exchange, send)
        try:
            await self._answer(exchange, scope, receive, observed)
        except AnswerCut as error:
            exchange.limit = limit_of(error.__cause__)
            self._cut(exchange)
        except (asyncio.CancelledError, ClientGone):
            # The client has gone, or the server is going down and has waited long enough.
            self._cut(exchange)
        except Exception:
            _log.exception("request %s failed", exchange.request_id)
            if not exchange.status:
                await problem_of(RuntimeError())(scope, receive, observed)
            elif not exchange.complete:
                self._cut(exchange)
        finally:
            self._metrics.note(exchange)
            self._access_log.add(exchange)

    async def _answer(self, exchange: Exchange, scope: Scope, receive: Receive, send: Send) -> None:
        if exchange.connection and exchange.connection.gone:
            raise ClientGone
        if exchange.method == "OPTIONS" and header(scope, b"access-control-request-method"):
            is_writable_graph = self._writes and exchange.path.startswith("/graph")  # /graphs and /graph/…
            headers = _PREFLIGHT_OF_WRITABLE_GRAPHS if is_writable_graph else _PREFLIGHT
            await Response(status_code=204, headers=headers)(scope, receive, send)
            return
        application = self._routes.get(exchange.path, self._others)
        await application(scope, receive, send)

    def _observed(self, exchange: Exchange, send: Send) -> Send:
        """``send`` that adds the headers of all answers, and counts."""

        async def observed(message: Any) -> None:
            if message["type"] == "http.response.start":
                exchange.status = message["status"]
                always = heads.of_every_answer(exchange.version or self._releases.version)
                message["headers"] = [*message["headers"], *always, *heads.of_one_answer(exchange)]
            else:
                exchange.sent_bytes += len(message.get("body", b""))
                exchange.complete = not message.get("more_body", False)
            await send(message)

        return observed

    def _cut(self, exchange: Exchange) -> None:
        """End the connection without the end of the answer, so that nobody takes what was sent for the whole."""
        if exchange.connection:
            exchange.connection.cut()
        elif not exchange.client_gone:
            raise AnswerCut
