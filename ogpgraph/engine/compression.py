"""Answers made shorter while they come (RFC 9110, section 8.4.1; RFC 8878 for zstd)."""

from __future__ import annotations

import zlib
from typing import Protocol

import zstandard

WORTH_PACKING_BYTES = 1024  # a shorter answer stays as it is
_GZIP = 16 + zlib.MAX_WBITS  # zlib's way to say: with the header of gzip


class Compressor(Protocol):
    """What takes an answer in pieces; either call may give no bytes."""

    def compress(self, data: bytes) -> bytes: ...
    def flush(self) -> bytes: ...


class _AsItIs:
    def compress(self, data: bytes) -> bytes:
        return data

    def flush(self) -> bytes:
        return b""


def compressor(encoding: str) -> Compressor:
    """For ``gzip``, ``zstd`` or ``identity``. Fast levels: processor time is scarcer than the length of an answer."""
    if encoding == "identity":
        return _AsItIs()
    if encoding == "zstd":
        return zstandard.ZstdCompressor(level=3).compressobj()
    return zlib.compressobj(4, zlib.DEFLATED, _GZIP)
