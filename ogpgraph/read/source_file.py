"""A file that somebody brings, and a reader that knows what to make of it."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from ogpgraph import iris
from ogpgraph.problems import Problem, Severity
from ogpgraph.records import Record
from ogpgraph.vocabulary import Vocabulary


@dataclass(frozen=True)
class SourceFile:
    """The bytes of a file and the name by which messages call it."""

    path: Path
    shown: str
    raw: bytes

    @cached_property
    def decoded(self) -> tuple[str, list[Problem]]:
        """The text without a byte order mark, and what had to be guessed to read it.

        Pages and spreadsheets that are not UTF-8 are in practice Windows-1252; bytes that fit neither become
        replacement characters, and the problem says where the first one stands.
        """
        try:
            return self.raw.decode("utf-8-sig"), []
        except UnicodeDecodeError as error:
            line = self.raw[: error.start].count(b"\n") + 1
            message = (
                f"byte {error.start} (0x{self.raw[error.start]:02x}) is not UTF-8: the file was read as Windows-1252"
            )
            problem = Problem(self.shown, line, "not-utf8", message, Severity.WARNING)
            return self.raw.decode("cp1252", errors="replace"), [problem]

    @property
    def text(self) -> str:
        return self.decoded[0]

    @cached_property
    def sha256(self) -> str:
        """SHA-256 of the bytes, in hexadecimal."""
        return hashlib.sha256(self.raw).hexdigest()

    @cached_property
    def key(self) -> str:
        """A key for the source made of the file's name and the first digits of its hash."""
        return f"{iris.slug(self.path.stem)[:60].strip('-') or 'file'}-{self.sha256[:8]}"


@dataclass(frozen=True)
class Reader:
    """One kind of source: how to tell it by its content, and how to read it.

    A ``whole`` source is joined whole or not at all: its violations stop a build. Of others what can be read counts.
    """

    name: str
    fits: Callable[[SourceFile], bool]
    read: Callable[[SourceFile, Vocabulary], Iterator[Record | Problem]]
    whole: bool = False
