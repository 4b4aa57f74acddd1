"""The start page: what this is, how much is in it, and where to begin."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass

from markupsafe import Markup

from ogpgraph.pages.context import Context, NotFound
from ogpgraph.pages.dumps import dataset_json_ld
from ogpgraph.pages.example_queries import examples_of
from ogpgraph.pages.labels import labels_of
from ogpgraph.pages.links import short
from ogpgraph.pages.terms import Row

# What is counted, by class: in the singular, in the plural, and a query that lists it.
_KINDS = (
    ("Member", "member", "members"),
    ("ActionPlan", "action plan", "action plans"),
    ("Commitment", "commitment", "commitments"),
    ("LineageStatement", "statement of lineage", "statements of lineage"),
    ("Institution", "institution", "institutions"),
    ("Source", "source", "sources"),
    ("Conflict", "conflict between sources", "conflicts between sources"),
)
_TO_TRY = """PREFIX ogp: <{base}ontology#>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>

# Which commitments does a source say went on in the next plan?
SELECT ?earlier ?title ?later ?laterTitle WHERE {{
  ?earlier ogp:carriedForwardInto ?later ; rdfs:label ?title .
  ?later rdfs:label ?laterTitle .
}}
ORDER BY ?earlier"""
_LIST = """PREFIX ogp: <{base}ontology#>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>

SELECT ?thing ?label WHERE {{
  ?class rdfs:subClassOf* ogp:{kind} .
  ?thing a ?class ; rdfs:label ?label .
}}
ORDER BY ?thing"""
_HEIGHT = 160  # of the drawing's columns, in its own units
_STEP, _WIDTH = 52, 36  # from column to column, and of a column


@dataclass(frozen=True, slots=True)
class Count:
    """How many there are of something, with the query that lists them."""

    number: int
    name: str
    query: str


@dataclass(frozen=True, slots=True)
class Column:
    """The commitments of one cycle as a column, in units of the drawing: those of the first member below the others."""

    cycle: str
    first: int
    others: int
    x: float
    first_height: float
    others_height: float

    @property
    def total(self) -> int:
        """All commitments of the cycle."""
        return self.first + self.others


@dataclass(frozen=True, slots=True)
class Cycles:
    """Commitments by cycle: those of the member that has most, and those of all others."""

    member: str  # IRI
    columns: list[Column]

    @property
    def width(self) -> float:
        """Of the drawing, in its own units."""
        return len(self.columns) * _STEP


async def start_page(context: Context) -> str:
    """The start page, with the dataset in schema.org's words where the graph describes itself."""
    base = context.links.base
    cycles = cycles_of(await context.rows("start-cycles"))
    examples = {each.name.partition("-")[0]: each for each in await examples_of(context)}
    return context.render(
        "start.html",
        counts=_counts(await context.rows("start-counts"), base),
        cycles=cycles,
        height=_HEIGHT,
        column_width=_WIDTH,
        sources=await context.rows("start-sources"),
        to_try=_TO_TRY.format(base=base),
        examples=examples,
        labels=await labels_of(context, [cycles.member] if cycles else []),
        **await _described(context),
    )


def cycles_of(rows: Iterable[Row]) -> Cycles | None:
    """The drawing of commitments by cycle; None where there are none."""
    counted = [(row["cycle"].value, row["member"].value, int(row["number"].value)) for row in rows]
    if not counted:
        return None
    totals: dict[str, int] = {}
    for _, member, number in counted:
        totals[member] = totals.get(member, 0) + number
    most = min(totals, key=lambda member: (-totals[member], member))
    by_cycle: dict[str, list[int]] = {}
    for cycle, member, number in counted:
        by_cycle.setdefault(cycle, [0, 0])[member != most] += number
    unit = _HEIGHT / max(sum(each) for each in by_cycle.values())
    columns = [
        Column(
            cycle, first, others, place * _STEP + (_STEP - _WIDTH) / 2, round(first * unit, 1), round(others * unit, 1)
        )
        for place, (cycle, (first, others)) in enumerate(sorted(by_cycle.items()))
    ]
    return Cycles(most, columns)


async def _described(context: Context) -> dict[str, str]:
    """The dataset as JSON-LD and its citation, both empty for a graph that another tool has made."""
    try:
        dataset = await dataset_json_ld(context)
    except NotFound:
        return {"dataset": "", "citation": ""}
    return {"dataset": json_in_html(dataset), "citation": str(dataset["citation"])}


def json_in_html(value: object) -> Markup:
    """JSON for a script element: nothing in it can end the element (HTML, section 4.12.1.3)."""
    return Markup(json.dumps(value, ensure_ascii=False, indent=1).replace("<", "\\u003c"))


def _counts(rows: list[Row], base: str) -> list[Count]:
    found = {short(row["kind"].value): int(row["number"].value) for row in rows}
    return [
        Count(found[kind], one if found[kind] == 1 else many, _LIST.format(base=base, kind=kind))
        for kind, one, many in _KINDS
        if kind in found
    ]
