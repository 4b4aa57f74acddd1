"""Questions to the index of a dataset."""

from __future__ import annotations

import contextlib
import json
import sqlite3
import time
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from ogpgraph.search.documents import Text
from ogpgraph.search.facets import Selection
from ogpgraph.search.wording import Term, Wanted

# What a match counts for in names, in texts, and in names of what belongs to an entity.
_WEIGHTS = "8.0, 2.0, 1.0"
_WHOLE_NAME = 4.0  # how much more it counts where the words are a whole name, such as the number of a commitment
_DIGITS = 6  # of a score: equal on every machine
_STEPS = 1000  # of SQLite's machine between two looks at the clock
END = "¶"  # stands before and after each text as a word that nobody can ask for: no phrase reaches over it


class TooSlow(Exception):
    """A search that takes longer than it may."""


@dataclass(frozen=True, slots=True)
class Hit:
    """An entity that matches; ``texts`` are what it was found by, label left out."""

    iri: str
    kind: str
    label: Text
    score: float
    texts: tuple[Text, ...]


@dataclass(frozen=True, slots=True)
class FacetValue:
    """A value of a facet, and how many of what was found have it; the label is empty where there is none."""

    value: str
    label: str
    number: int


@dataclass(frozen=True, slots=True)
class Found:
    """A part of the hits, the number of all, and the facets of all by their names."""

    total: int
    hits: tuple[Hit, ...]
    facets: dict[str, tuple[FacetValue, ...]]


class Index:
    """The index in a file, which nobody writes to. ``most_seconds`` is the longest time of one question."""

    def __init__(self, file: Path, most_seconds: float) -> None:
        self._file, self._most_seconds = file, most_seconds

    def search(self, wanted: Wanted, selection: Selection, first: int, most: int) -> Found:
        """At most ``most`` hits from number ``first`` (from 0), the best first; TooSlow."""
        hits, values = _hits(wanted, selection)
        with self._open() as database:
            database.execute(f"CREATE TEMP TABLE hit AS {hits}", values)
            (total,) = database.execute("SELECT COUNT(*) FROM hit").fetchone()
            rows = database.execute(_PAGE, (most, first)).fetchall()
            facets: dict[str, list[FacetValue]] = defaultdict(list)
            for name, value, label, number in database.execute(_FACETS):
                facets[name].append(FacetValue(value, label or "", number))
        return Found(total, tuple(map(_hit, rows)), {name: tuple(found) for name, found in facets.items()})

    def scores(self, wanted: Wanted) -> dict[str, float]:
        """The score of every entity that matches, by its IRI; TooSlow."""
        hits, values = _hits(wanted, ())
        with self._open() as database:
            query = f"WITH hit AS ({hits}) SELECT iri, score FROM hit JOIN document USING (id)"
            return dict(database.execute(query, values))

    @contextlib.contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        """A connection of its own for each question: nothing is shared between threads and forks."""
        deadline = time.monotonic() + self._most_seconds
        database = sqlite3.connect(f"{self._file.resolve().as_uri()}?mode=ro&immutable=1", uri=True)
        try:
            database.execute("PRAGMA temp_store = MEMORY")
            database.set_progress_handler(lambda: time.monotonic() > deadline, _STEPS)
            yield database
        except sqlite3.OperationalError as error:
            if "interrupted" in str(error):
                raise TooSlow(f"the search was not done in {self._most_seconds} seconds") from None
            raise
        finally:
            database.close()


_PAGE = """SELECT iri, kind, label, language, score, texts FROM hit JOIN document USING (id)
ORDER BY score DESC, id LIMIT ? OFFSET ?"""
_FACETS = """SELECT facet.name, facet.value, value.label, COUNT(*) AS number
FROM hit JOIN facet ON facet.document = hit.id LEFT JOIN value ON value.value = facet.value
GROUP BY facet.name, facet.value ORDER BY number DESC, facet.value"""


def _hits(wanted: Wanted, selection: Selection) -> tuple[str, list[object]]:
    """The query for ``id`` and ``score`` of all that matches, with its values."""
    conditions, values = [], list[object]()
    if wanted.terms:
        whole = f"CASE WHEN document.id IN (SELECT rowid FROM words WHERE words MATCH ?) THEN {_WHOLE_NAME} ELSE 1 END"
        score = f"ROUND(-bm25(words, {_WEIGHTS}) * weight * {whole}, {_DIGITS})"
        start = f"SELECT document.id, {score} AS score FROM words JOIN document ON document.id = words.rowid"
        conditions.append("words MATCH ?")
        values += [_whole_name(wanted.terms), _expression(wanted.terms, " AND ")]
    else:
        start = "SELECT id, weight AS score FROM document"
    if wanted.without:
        conditions.append("document.id NOT IN (SELECT rowid FROM words WHERE words MATCH ?)")
        values.append(_expression(wanted.without, " OR "))
    for name, value in selection:
        conditions.append("document.id IN (SELECT document FROM facet WHERE name = ? AND value = ?)")
        values += [name, value]
    return f"{start} WHERE {' AND '.join(conditions)}" if conditions else start, values


def _whole_name(terms: tuple[Term, ...]) -> str:
    asked = " ".join(word for term in terms for word in term.words)
    return f'names : "{END} {asked} {END}"'


def _expression(terms: tuple[Term, ...], operator: str) -> str:
    return operator.join(term.expression() for term in terms)


def _hit(row: tuple[str, str, str, str, float, str]) -> Hit:
    iri, kind, label, language, score, texts = row
    return Hit(iri, kind, Text(label, language), score, tuple(Text(value, tag) for tag, value in json.loads(texts)))
