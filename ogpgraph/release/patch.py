"""The difference between the datasets of two releases as an RDF Patch (https://afs.github.io/rdf-patch/).

A row of the patch is a row of canonical N-Quads behind ``D`` (delete) or ``A`` (add), so that it can be applied to the
N-Quads of the release before with nothing but a set of lines. Blank nodes are known by their canonical labels.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass

MEDIA_TYPE = "application/rdf-patch"  # as Apache Jena calls it; none is registered


@dataclass(frozen=True)
class Patch:
    """Rows of N-Quads that only the earlier or only the later of two datasets has, each in the order of its dataset."""

    earlier: str  # the SHA-256 of either dataset, in hexadecimal digits
    later: str
    removed: tuple[str, ...]
    added: tuple[str, ...]

    @classmethod
    def between(cls, earlier: bytes, later: bytes) -> Patch:
        """The patch that makes the later of two datasets, both canonical N-Quads, of the earlier one."""
        before, after = _rows(earlier), _rows(later)
        gone, new = set(before).difference(after), set(after).difference(before)
        return cls(
            hashlib.sha256(earlier).hexdigest(),
            hashlib.sha256(later).hexdigest(),
            tuple(row for row in before if row in gone),
            tuple(row for row in after if row in new),
        )

    def as_text(self) -> str:
        """The patch as one transaction; its ids follow from the datasets, so patches of successive releases chain."""
        return "".join(f"{row}\n" for row in self._lines())

    def _lines(self) -> Iterator[str]:
        yield f"H id <urn:uuid:{uuid_of(self.later)}> ."
        yield f"H prev <urn:uuid:{uuid_of(self.earlier)}> ."
        yield "TX ."
        yield from (f"D {row}" for row in self.removed)
        yield from (f"A {row}" for row in self.added)
        yield "TC ."


def uuid_of(digest: str) -> str:
    """A UUID of version 8 (RFC 9562, section 5.8) whose own bits are the first of a hash in hexadecimal digits.

    >>> uuid_of("ff" * 32)
    'ffffffff-ffff-8fff-bfff-ffffffffffff'
    """
    variant = "89ab"[int(digest[16], 16) % 4]
    return f"{digest[:8]}-{digest[8:12]}-8{digest[13:16]}-{variant}{digest[17:20]}-{digest[20:32]}"


def _rows(dataset: bytes) -> list[str]:
    return dataset.decode().removesuffix("\n").split("\n") if dataset else []
