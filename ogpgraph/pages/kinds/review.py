"""A report, and an assessment in one."""

from __future__ import annotations

from dataclasses import dataclass, field

from ogpgraph.pages.context import Context
from ogpgraph.pages.kinds.lead import Lead, by_number
from ogpgraph.pages.statements import Facts
from ogpgraph.pages.terms import Row, Term


@dataclass(slots=True)
class Rating:
    """One value of one variable, what it means, and the values of its scale from worst to best, if it has one."""

    variable: str
    value: Term
    meaning: Term | None = None
    steps: list[str] = field(default_factory=list)


async def report_lead(context: Context, facts: Facts) -> Lead:
    """Which plan it reviews, where it can be read, and what it assesses."""
    rows = await context.rows("kind-report-assessments", entity=facts.iri)
    return Lead("kinds/report.html", {"commitments": by_number(rows)})


async def assessment_lead(context: Context, facts: Facts) -> Lead:
    """Each rating on its scale, each absence with its reason, findings and recommendations."""
    rows = await context.rows("kind-assessment-ratings", entity=facts.iri)
    absences = await context.rows("kind-absences", entity=facts.iri)
    return Lead("kinds/assessment.html", {"ratings": rows, "absences": absences}, {"ratings": ratings_of(rows)})


def ratings_of(rows: list[Row]) -> list[Rating]:
    """The ratings of ``kind-assessment-ratings.rq``."""
    found: dict[tuple[str, str], Rating] = {}
    for row in rows:
        key = row["variable"].value, row["value"].value
        rating = found.setdefault(key, Rating(key[0], row["value"], row.get("definition")))
        if "step" in row and row["step"].value not in rating.steps:
            rating.steps.append(row["step"].value)
    return list(found.values())
