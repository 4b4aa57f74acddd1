"""Candidates: pairs of items that may be the same, or of one topic, scored and explained."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ogpgraph.link.items import Item
from ogpgraph.link.scored import DEFAULT, Candidate, Feature, Options

__all__ = ["DEFAULT", "Candidate", "Feature", "Item", "LibraryMissing", "Options", "candidates"]


class LibraryMissing(ImportError):
    """A library that only the linker needs is not installed."""


def candidates(left: Iterable[Item], right: Iterable[Item], options: Options = DEFAULT) -> Iterator[Candidate]:
    """The candidates of each left item, best first, in the order of the left items' IRIs.

    A pair of equal IRIs is no candidate: it needs no linking. The order of the items changes nothing. ValueError where
    the options name a feature that there is not; LibraryMissing where numpy, scipy or rapidfuzz is not installed.
    Who asks for the same right side again keeps a :class:`ogpgraph.link.linker.Linker`.
    """
    try:
        from ogpgraph.link.linker import Linker
    except ModuleNotFoundError as error:
        raise LibraryMissing(f"linking needs {error.name}: pip install 'ogpgraph[link]'") from error
    return Linker(right, options).candidates(left)
