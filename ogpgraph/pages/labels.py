"""What things are called on a page: few questions for all the IRIs on it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ogpgraph.pages.context import Context
from ogpgraph.pages.external_names import external_name
from ogpgraph.pages.links import short
from ogpgraph.pages.terms import Row, day_in_words

_CUBE = "id/cube/"
_AT_ONCE = 500  # IRIs in one query
_NOT_ASKED = ("en", "")  # languages that need no mark on an English page


class Label(str):
    """What something is called, with the language that it is called so in."""

    __slots__ = ("language",)
    language: str

    def __new__(cls, text: str, language: str = "") -> Label:
        """A label; the language is empty where it is English or none."""
        made = super().__new__(cls, text)
        made.language = "" if language in _NOT_ASKED else language
        return made


async def labels_of(context: Context, iris: Iterable[str]) -> dict[str, str]:
    """The label of each IRI that has one: in English, else in no language, else in any; the first by the alphabet.

    Captures and their graphs are called by what they are of, terms of other vocabularies by words. What is found is
    kept in ``context.names``, for most pages write the same names.
    """
    wanted, names = set(iris), context.names
    ours = {iri for iri in wanted if context.links.is_ours(iri)}
    if unknown := sorted(ours - names.keys()):
        names |= await _ours(context, unknown)
    found = {iri: external_name(iri) for iri in sorted(wanted - ours)}
    return found | {iri: names[iri] for iri in sorted(ours) if names[iri]}


async def _ours(context: Context, iris: list[str]) -> dict[str, str]:
    """What the graph calls its own; empty for what has no label."""
    graphs = [iri for iri in iris if context.links.path(iri).startswith(("graph/", "id/source/"))]
    found: dict[str, str] = {}
    for row in await _asked(context, "labels", iris):
        found.setdefault(row["thing"].value, Label(row["label"].value, row["label"].language))
    for iri in iris:
        if iri not in found and context.links.path(iri).startswith(_CUBE):
            found[iri] = _observation_name(context.links.path(iri))
    found |= {iri: f"Scheme {short(iri)}" for iri in graphs if "/graph/scheme/" in iri}
    for row in await _asked(context, "source-labels", graphs):
        found[row["thing"].value] = _source_name(row)
    return dict.fromkeys(iris, "") | found


def iris_in(rows: Iterable[Row]) -> set[str]:
    """Every IRI of some rows."""
    return {term.value for row in rows for term in row.values() if term.is_iri}


async def _asked(context: Context, name: str, iris: list[str]) -> list[Row]:
    """The rows of a query whose ``VALUES`` holds ``<things>``, asked in portions."""
    rows: list[Row] = []
    for some in _portions(iris):
        rows += await context.rows_about(name, some)
    return rows


def _portions(iris: list[str]) -> Iterator[list[str]]:
    for start in range(0, len(iris), _AT_ONCE):
        yield iris[start : start + _AT_ONCE]


def _observation_name(path: str) -> str:
    """``completion by member: FR, complete``: observations have no labels, their IRIs say what they count."""
    data_set, *values = path.removeprefix(_CUBE).split("/")
    named = [value for value in values if value != "absence" and not data_set.startswith(value)]
    return f"{data_set}: {', '.join(named)}".replace("-", " ")


def _source_name(row: Row) -> str:
    """``Commitment page FR0013 (layout 2, en)``; ``France Mid-Term Progress Report, 2018``; ``Rule: inverse``."""
    if "rule" in row:
        return f"Rule: {row['rule']}"
    details = [str(row[name]) for name in ("layout", "language") if name in row]
    if "translated" in row and row["translated"].value == "true":
        details.append("machine translation")
    issued = f", {day_in_words(row['issued'].value)}" if "issued" in row else ""
    if "title" in row:
        return f"{row['title']}{issued}"
    of = f" {short(row['about'].value)}" if "about" in row else f" {row['key']}"
    return f"{row.get('kind', 'Source')}{of}{issued}" + (f" ({', '.join(details)})" if details else "")
