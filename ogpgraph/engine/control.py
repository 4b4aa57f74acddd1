"""The line between the HTTP process and a zygote: one JSON object a line, each answered before the next is sent.

A request may carry one file descriptor (unix(7), SCM_RIGHTS): the socket of the process that is to be forked.
"""

from __future__ import annotations

import json
import socket
from typing import Any

_LINE_BYTES = 64 * 1024

Message = dict[str, Any]


def line(message: Message) -> bytes:
    """A message as it goes over the socket."""
    return json.dumps(message).encode() + b"\n"


class Control:
    """The zygote's end of the line; blocking."""

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection
        self._held = b""

    def receive(self) -> tuple[Message, socket.socket | None] | None:
        """The next request with the socket that it carries; None where the HTTP process has gone."""
        descriptors: list[int] = []
        while b"\n" not in self._held:
            try:
                data, found, _, _ = socket.recv_fds(self._connection, _LINE_BYTES, 1)
            except ConnectionError:
                return None
            if not data:
                return None
            descriptors += found
            self._held += data
        request, _, self._held = self._held.partition(b"\n")
        carried = socket.socket(fileno=descriptors[0]) if descriptors else None
        return json.loads(request), carried

    def send(self, message: Message) -> None:
        """Answer the request that came last."""
        self._connection.sendall(line(message))

    def fileno(self) -> int:
        """For select(2)."""
        return self._connection.fileno()

    def close(self) -> None:
        """Give up this end; the other one sees it when no copy is left."""
        self._connection.close()
