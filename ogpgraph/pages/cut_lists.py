"""What a page says of lists that are longer than it shows: how many there are, and the query that gives them all."""

from __future__ import annotations

from dataclasses import dataclass

from ogpgraph.pages.context import Context
from ogpgraph.pages.queries import counting, said_of, without_limit

_LISTS = "kind-"  # how the queries begin whose rows are lists on the page of an entity
_LEAST = 10  # rows: a shorter answer is one thing, not a list
# Their templates tell of the rest themselves.
_TOLD = {"kind-area-commitments", "kind-graph-statements"}


@dataclass(frozen=True, slots=True)
class CutList:
    """A list that a page shows the first part of."""

    what: str
    shown: int
    number: int
    query: str


async def cut_lists_of(context: Context) -> list[CutList]:
    """The lists of an entity's page that are cut, in the order in which they were asked for."""
    found = []
    for cut in context.cut:
        if cut.name.startswith(_LISTS) and cut.name not in _TOLD and cut.shown >= _LEAST:
            rows = await context.ask(counting(cut.query))
            number = int(rows[0]["number"].value)
            if number > cut.shown:
                found.append(CutList(said_of(cut.name), cut.shown, number, without_limit(cut.query)))
    return found
