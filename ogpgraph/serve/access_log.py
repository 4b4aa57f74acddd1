"""The access log: one JSON object a line, without anything that a client would not want to be kept.

No query text but its hash, no part of the URL after the path, no header, and no address: clients are told apart by a
keyed hash whose key ends with the process. JSON escapes control characters, so no request can forge a line.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import json
import json.encoder
import os
import secrets
import select
import sys
from collections import deque
from datetime import UTC, datetime
from functools import lru_cache

from ogpgraph.serve.exchange import Exchange

_FLUSH_SECONDS = 0.25
# What a pipe takes without blocking once it says that it is ready (POSIX: PIPE_BUF, on Linux).
_PIECE_BYTES = 4096
# Lines that wait for a reader of the log who is slow; further ones are counted and thrown away.
_MOST_WAITING = 20_000
_LONGEST_PATH = 300
# Clients whose pseudonym is remembered.
_MOST_REMEMBERED = 1024

_as_json = json.encoder.encode_basestring_ascii


class AccessLog:
    """Writes lines in batches, and never makes a request wait for whoever reads the log.

    ``target`` is a file, ``-`` for standard error, empty for none.
    """

    def __init__(self, target: str) -> None:
        self._key = secrets.token_bytes(16)
        self._remembered_pseudonym = lru_cache(_MOST_REMEMBERED)(self._pseudonym)
        self._waiting: deque[bytes] = deque()
        self._dropped = 0
        self._timer: asyncio.TimerHandle | None = None
        self._own: int | None = None
        self._file: int | None = None
        if target == "-":
            self._file = sys.stderr.fileno() if sys.__stderr__ else None
        elif target:
            flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC
            self._file = self._own = os.open(target, flags, 0o640)

    def add(self, exchange: Exchange) -> None:
        """Note a request that is done."""
        if self._file is None:
            return
        if len(self._waiting) >= _MOST_WAITING:
            self._dropped += 1
            return
        self._waiting.append(self._line(exchange))
        if self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(_FLUSH_SECONDS, self._flush_later)

    def close(self) -> None:
        """Write what waits, and no more."""
        if self._timer:
            self._timer.cancel()
        self.flush()
        if self._own is not None:
            os.close(self._own)
        self._own = self._file = None

    def _line(self, exchange: Exchange) -> bytes:
        """The facts as JSON, written by hand: the path is all that a client can choose freely."""
        cpu_seconds = exchange.cost.cpu_seconds if exchange.cost else 0
        limit = f', "limit": "{exchange.limit}"' if exchange.limit else ""
        gone = ', "client_gone": true' if exchange.client_gone else ""
        line = (
            f'{{"time": "{datetime.now(UTC).isoformat(timespec="milliseconds")}", "id": "{exchange.request_id}", '
            f'"method": {_as_json(exchange.method)}, "path": {_as_json(exchange.path[:_LONGEST_PATH])}, '
            f'"status": {exchange.status}, "bytes": {exchange.sent_bytes}, '
            f'"milliseconds": {exchange.seconds() * 1000:.2f}, "lane": "{exchange.lane}", '
            f'"cache": "{exchange.cache}", "query": "{exchange.query_hash}", '
            f'"cpu_milliseconds": {cpu_seconds * 1000:.2f}, '
            f'"client": "{self._remembered_pseudonym(exchange.client)}"{limit}{gone}}}\n'
        )
        return line.encode()

    def _pseudonym(self, client: str) -> str:
        return hashlib.blake2b(client.encode("utf-8", "replace"), digest_size=6, key=self._key).hexdigest()

    def _flush_later(self) -> None:
        self._timer = None
        self.flush()
        if self._waiting:
            self._timer = asyncio.get_running_loop().call_later(_FLUSH_SECONDS, self._flush_later)

    def flush(self) -> None:
        """Write what waits, as far as its reader takes it without making us wait."""
        if self._file is None:
            return
        ready = select.poll()
        ready.register(self._file, select.POLLOUT)
        with contextlib.suppress(OSError):  # a log that cannot be written is no reason not to answer
            while self._waiting and any(event & select.POLLOUT for _, event in ready.poll(0)):
                os.write(self._file, self._piece())

    def _piece(self) -> bytes:
        """Whole lines of together at most one piece."""
        if self._dropped:
            self._waiting.appendleft(json.dumps({"lines_not_written": self._dropped}).encode() + b"\n")
            self._dropped = 0
        piece = self._waiting.popleft()
        while self._waiting and len(piece) + len(self._waiting[0]) <= _PIECE_BYTES:
            piece += self._waiting.popleft()
        return piece
