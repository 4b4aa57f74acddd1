"""The server as a process: event loop, listening socket, signals."""

from __future__ import annotations

import asyncio
import gc
import resource
import sys
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from ogpgraph.serve.releases import Releases
from ogpgraph.settings import Settings

if TYPE_CHECKING:
    import uvicorn

    from ogpgraph.serve.application import Application

# Descriptors beside those of connections: workers, files, the listening socket.
_OWN_DESCRIPTORS = 200

# While a thread reads a very long query, the event loop gets its turn again after this time.
_SWITCH_SECONDS = 0.0005

_NEW_OBJECTS_BEFORE_COLLECTING = 10_000


def run(settings: Settings) -> None:
    """Serve until SIGTERM or SIGINT; what runs then is finished first, for at most ``query_seconds``.

    Raises DamagedRelease or EngineFailed where there is nothing to serve.
    """
    sys.setswitchinterval(_SWITCH_SECONDS)
    most_connections = max(_raise_descriptor_limit() - _OWN_DESCRIPTORS, 1)
    settings = replace(settings, connections=min(settings.connections, most_connections))
    with asyncio.Runner(loop_factory=_loop_factory()) as runner:
        runner.run(_serve(settings))


async def _serve(settings: Settings) -> None:
    gc.disable()  # until everything that stays is there
    releases = Releases(settings)
    releases.begin()
    # The release is loaded in a process of its own, while this one loads the framework: half of a cold start each.
    await asyncio.sleep(0)
    import uvicorn

    from ogpgraph.serve.application import application

    await releases.start()
    _collect_seldom()
    await uvicorn.Server(uvicorn_config(application(settings, releases), settings)).serve()


def uvicorn_config(app: Application, settings: Settings) -> uvicorn.Config:
    """How uvicorn serves the application: with the limits of its connections, without its own log."""
    import uvicorn

    return uvicorn.Config(
        app,
        host=settings.host,
        port=settings.port,
        http=app.connections.protocol,  # type: ignore[arg-type]
        ws="none",
        lifespan="on",
        proxy_headers=False,  # ogpgraph.serve.exchange.client_of knows how many proxies are trusted
        server_header=False,
        access_log=False,
        log_config=None,
        log_level="error",
        timeout_keep_alive=settings.idle_seconds,
        timeout_graceful_shutdown=settings.query_seconds,
    )


def _collect_seldom() -> None:
    """Have the garbage collector leave alone what stays: looking at all of it again and again makes requests wait.

    Nearly everything that a request leaves is freed without the collector, which only finds cycles. What loading left
    in cycles, a thousand small objects, stays too: to look for it takes a twentieth of a start.
    """
    gc.freeze()
    gc.enable()
    gc.set_threshold(_NEW_OBJECTS_BEFORE_COLLECTING)


def _loop_factory() -> Callable[[], asyncio.AbstractEventLoop] | None:
    if sys.platform == "win32":
        return None
    import uvloop

    return uvloop.new_event_loop


def _raise_descriptor_limit() -> int:
    """Let the process open as many files as the system allows it; the number."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    return hard if hard != resource.RLIM_INFINITY else sys.maxsize
