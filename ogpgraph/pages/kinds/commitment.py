"""A commitment: who does what by when, how it was rated, where it comes from and what became of it."""

from __future__ import annotations

from dataclasses import dataclass, field

from ogpgraph.pages.context import Context
from ogpgraph.pages.kinds.lead import Lead, by_number
from ogpgraph.pages.links import short
from ogpgraph.pages.statements import Facts
from ogpgraph.pages.terms import Row, Term, natural

# Phases in the order of time; what a page's header shows comes first, the government's own ratings last.
_PHASES = ("header", "design", "midterm", "end-of-term", "results")


@dataclass(slots=True)
class Column:
    """One assessment of a commitment."""

    assessment: str
    phase: str
    by: str
    cells: dict[str, list[tuple[Term, bool]]] = field(default_factory=dict)  # by variable; true where absent


async def commitment_lead(context: Context, facts: Facts) -> Lead:
    """Ratings as a table of variables by assessments, milestones, what is absent."""
    ratings = await context.rows("kind-ratings", entity=facts.iri)
    milestones = by_number(await context.rows("kind-milestones", entity=facts.iri), thing="milestone")
    absences = await context.rows("kind-absences", entity=facts.iri)
    columns = columns_of(ratings)
    return Lead(
        "kinds/commitment.html",
        {"ratings": ratings, "milestones": milestones, "absences": absences},
        {"columns": columns, "variables": sorted({name for column in columns for name in column.cells}, key=short)},
    )


async def milestone_lead(context: Context, facts: Facts) -> Lead:
    """A milestone among those of its commitment."""
    rows = await context.rows("kind-milestone-siblings", entity=facts.iri)
    siblings = sorted(rows, key=lambda row: natural(str(row.get("number", ""))))
    return Lead("kinds/milestone.html", {"siblings": siblings})


def columns_of(rows: list[Row]) -> list[Column]:
    """The assessments of ``kind-ratings.rq`` with their cells, in the order of time."""
    found: dict[str, Column] = {}
    for row in rows:
        name = row["assessment"].value
        by = row["by"].value if "by" in row else ""
        column = found.setdefault(name, Column(name, row["phase"].value, by))
        if "variable" in row:
            cell = (row["value"], "absent" in row)
            cells = column.cells.setdefault(row["variable"].value, [])
            if cell not in cells:
                cells.append(cell)
    return sorted(found.values(), key=_in_time)


def _in_time(column: Column) -> tuple[int, str]:
    phase = short(column.phase)
    return (_PHASES.index(phase) if phase in _PHASES else len(_PHASES)), column.assessment
