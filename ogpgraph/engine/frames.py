"""What the HTTP process and a worker say to each other over their socket: frames of a kind and a payload.

::

    HTTP process                                    worker
                        <---- READY (0 or 1)        once, when it can take queries; 1: it has no network
      JOB (lines) --->
                        <---- PLAIN or PACKED ...   the answer in pieces, as it is or compressed
                        <---- END (struct)          the answer is whole
                        <---- FAILED (JSON)         instead of END: there is no answer, or no more of it

A header is the length of the payload (4 bytes, little-endian) and the kind (1 byte). A short answer and its END come
in one piece of the socket. Everything here runs for every query, and a query for one entity takes 50 µs: hence tuples
rather than dataclasses, and lines rather than JSON.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Sequence
from enum import IntEnum
from typing import NamedTuple

PIECE_BYTES = 64 * 1024  # the serialisation is gathered to pieces of this size

_HEADER = struct.Struct("<IB")
_END = struct.Struct("<ddQ?")
_LONE_SURROGATES = "surrogatepass"  # the engine refuses them, with a message


class Kind(IntEnum):
    """What a frame carries."""

    READY = 0
    JOB = 1
    PLAIN = 2
    PACKED = 3
    END = 4
    FAILED = 5


class Fault(IntEnum):
    """Why there is no answer."""

    SYNTAX = 0  # the query does not parse
    REQUEST = 1  # it parses and still cannot be asked
    TOO_LARGE = 2  # the answer is longer than result_bytes
    ENGINE = 3  # the evaluation broke
    LATER = 4  # something that it needs is not there yet


class Task(NamedTuple):
    """One query as a worker gets it."""

    text: str
    default_graphs: Sequence[str]
    named_graphs: Sequence[str]
    base: str | None
    media_type: str
    encoding: str  # identity, gzip or zstd


class End(NamedTuple):
    """What an answer took, and whether the worker ends after it."""

    evaluation_seconds: float
    cpu_seconds: float
    result_bytes: int  # before compression
    is_last: bool


class Failure(NamedTuple):
    """Why a task has no answer, or no more of it, and whether the worker ends after it."""

    fault: Fault
    message: str
    is_last: bool


def frame(kind: Kind, payload: bytes = b"") -> bytes:
    """A frame as it goes over the socket."""
    return _HEADER.pack(len(payload), kind) + payload


def of_task(task: Task) -> bytes:
    """The frame of a task: lines of media type, encoding, base and dataset (JSON, if any), then the text as it is."""
    dataset = json.dumps([task.default_graphs, task.named_graphs]) if task.default_graphs or task.named_graphs else ""
    lines = (task.media_type, task.encoding, task.base or "", dataset, task.text)
    return frame(Kind.JOB, "\n".join(lines).encode(errors=_LONE_SURROGATES))


def to_task(payload: bytes) -> Task:
    """The task of a frame's payload."""
    media_type, encoding, base, dataset, text = payload.decode(errors=_LONE_SURROGATES).split("\n", 4)
    default_graphs, named_graphs = json.loads(dataset) if dataset else ((), ())
    return Task(text, default_graphs, named_graphs, base or None, media_type, encoding)


def of_end(end: End) -> bytes:
    """The frame of an answer's end."""
    return frame(Kind.END, _END.pack(*end))


def to_end(payload: bytes) -> End:
    """The end of a frame's payload."""
    return End._make(_END.unpack(payload))


def of_failure(failure: Failure) -> bytes:
    """The frame of a failure."""
    return frame(Kind.FAILED, json.dumps(failure).encode())


def to_failure(payload: bytes) -> Failure:
    """The failure of a frame's payload."""
    fault, message, is_last = json.loads(payload)
    return Failure(Fault(fault), message, is_last)


class Frames:
    """Bytes as they come from a socket, cut into frames."""

    def __init__(self) -> None:
        self._held = b""  # a frame that is not whole yet

    def feed(self, data: bytes) -> Sequence[tuple[int, bytes]]:
        """Kind and payload of the frames that are whole once ``data`` has come."""
        if self._held:
            data = self._held + data
        found: list[tuple[int, bytes]] = []
        start = 0
        while len(data) >= (begin := start + _HEADER.size):
            length, kind = _HEADER.unpack_from(data, start)
            if len(data) < begin + length:
                break
            start = begin + length
            found.append((kind, data[begin:start]))
        self._held = data[start:]
        return found
