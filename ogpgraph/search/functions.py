"""The search inside SPARQL: functions that the engine calls for each row.

============================  ======================================================================================
``ogpf:matches(?e, "words")``  true where ``/search`` finds the entity by these words, false for any other
``ogpf:score(?e, "words")``    how well it matches, as xsd:double; an error where it does not
``ogpf:fold(?text)``           the text without case and diacritics, in its language; an error for what is no string
============================  ======================================================================================

They are total: what is no entity matches nothing, and words that cannot be asked are an error of SPARQL, which a FILTER
takes for false. Where the index cannot be read, every value would be wrong: ``failure`` says so after the evaluation.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import Any

from pyoxigraph import Literal, NamedNode

from ogpgraph.search.folding import fold
from ogpgraph.search.index import Index, TooSlow
from ogpgraph.search.names import FOLD, MATCHES, SCORE
from ogpgraph.search.wording import TooMuchAsked, wanted
from ogpgraph.vocabulary import RDF, XSD

_MOST_SECONDS = 5.0  # of one question to the index; the processor time of the whole query is limited besides
_MOST_REMEMBERED = 16  # texts
# An index that is being made is there after this time, unless the release is large: less than a page's query may take.
_PATIENCE_SECONDS = 4.0
_POLL_SECONDS = 0.05
_TRUE, _FALSE = Literal(True), Literal(False)
_STRINGS = {XSD.string, RDF.langString}


class SearchFunctions:
    """The functions over the index in a file, which is opened when it is first asked."""

    def __init__(self, file: Path) -> None:
        self.failure = ""  # why what was answered since ``begin`` is wrong
        self.table: dict[NamedNode, Callable[..., Any]] = {MATCHES: self._matches, SCORE: self._score, FOLD: _fold}
        self._file = file
        self._remembered = lru_cache(_MOST_REMEMBERED)(self._found)

    def begin(self) -> None:
        """A new query begins."""
        self.failure = ""

    def _matches(self, entity: object = None, text: object = None, *more: object) -> Literal | None:
        scores = self._scores(text, more)
        if scores is None:
            return None
        return _TRUE if isinstance(entity, NamedNode) and entity.value in scores else _FALSE

    def _score(self, entity: object = None, text: object = None, *more: object) -> Literal | None:
        scores = self._scores(text, more)
        if scores is None or not isinstance(entity, NamedNode) or entity.value not in scores:
            return None
        return Literal(scores[entity.value])

    def _scores(self, text: object, more: tuple[object, ...]) -> dict[str, float] | None:
        """Of all that match; None where the arguments cannot be asked or the index does not answer."""
        if self.failure or more or not _is_string(text):
            return None
        assert isinstance(text, Literal)
        try:
            return self._remembered(text.value)
        except TooMuchAsked:
            return None
        except (OSError, sqlite3.Error, TooSlow) as error:
            self.failure = f"the search index does not answer ({error}): ask again in a moment"
            return None

    def _found(self, text: str) -> dict[str, float]:
        asked = wanted(text)
        deadline = time.monotonic() + _PATIENCE_SECONDS
        while not self._file.exists():
            if time.monotonic() > deadline:
                raise FileNotFoundError("it is still being made")
            time.sleep(_POLL_SECONDS)
        return Index(self._file, _MOST_SECONDS).scores(asked)


def _fold(text: object = None, *more: object) -> Literal | None:
    if more or not _is_string(text):
        return None
    assert isinstance(text, Literal)
    return Literal(fold(text.value), language=text.language)


def _is_string(term: object) -> bool:
    return isinstance(term, Literal) and term.datatype in _STRINGS
