"""What the HTTP process and a worker say to each other over their socket: frames of a kind and a payload.

::

    HTTP process                                    worker
                        <---- READY (0 or 1)        once, when it can take queries; 1: it has no network
      JOB (JSON) ---->
                        <---- PLAIN or PACKED ...   the answer in pieces, as it is or compressed
                        <---- END (struct)          the answer is whole
                        <---- FAILED (JSON)         instead of END: there is no answer, or no more of it

A header is the length of the payload (4 bytes, little-endian) and the kind (1 byte).
"""

from __future__ import annotations

import json
import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import IntEnum

PIECE_BYTES = 64 * 1024  # the serialisation is gathered to pieces of this size

_HEADER = struct.Struct("<IB")
_END = struct.Struct("<ddQ?")


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


@dataclass(frozen=True, slots=True)
class Task:
    """One query as a worker gets it."""

    text: str
    default_graphs: Sequence[str]
    named_graphs: Sequence[str]
    base: str | None
    media_type: str
    encoding: str  # identity, gzip or zstd


@dataclass(frozen=True, slots=True)
class End:
    """What an answer took, and whether the worker ends after it."""

    evaluation_seconds: float
    cpu_seconds: float
    result_bytes: int  # before compression
    is_last: bool


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a task has no answer, or no more of it, and whether the worker ends after it."""

    fault: Fault
    message: str
    is_last: bool


def frame(kind: Kind, payload: bytes = b"") -> bytes:
    """A frame as it goes over the socket."""
    return _HEADER.pack(len(payload), kind) + payload


def of_task(task: Task) -> bytes:
    """The frame of a task."""
    graphs = task.default_graphs, task.named_graphs
    return frame(Kind.JOB, json.dumps([task.text, *graphs, task.base, task.media_type, task.encoding]).encode())


def to_task(payload: bytes) -> Task:
    """The task of a frame's payload."""
    return Task(*json.loads(payload))


def of_end(end: End) -> bytes:
    """The frame of an answer's end."""
    return frame(Kind.END, _END.pack(end.evaluation_seconds, end.cpu_seconds, end.result_bytes, end.is_last))


def to_end(payload: bytes) -> End:
    """The end of a frame's payload."""
    return End(*_END.unpack(payload))


def of_failure(failure: Failure) -> bytes:
    """The frame of a failure."""
    return frame(Kind.FAILED, json.dumps([failure.fault, failure.message, failure.is_last]).encode())


def to_failure(payload: bytes) -> Failure:
    """The failure of a frame's payload."""
    fault, message, is_last = json.loads(payload)
    return Failure(Fault(fault), message, is_last)


class Frames:
    """Bytes as they come from a socket, cut into frames."""

    def __init__(self) -> None:
        self._held = bytearray()

    def feed(self, data: bytes) -> Iterator[tuple[Kind, bytes]]:
        """The frames that are whole once ``data`` has come."""
        self._held += data
        while len(self._held) >= _HEADER.size:
            length, kind = _HEADER.unpack_from(self._held)
            end = _HEADER.size + length
            if len(self._held) < end:
                return
            payload = bytes(memoryview(self._held)[_HEADER.size : end])
            del self._held[:end]
            yield Kind(kind), payload
