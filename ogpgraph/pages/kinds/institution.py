"""An institution: its names with who uses them, how it came about and what became of it, what it leads and supports."""

from __future__ import annotations

from dataclasses import dataclass, field

from ogpgraph.pages.context import Context
from ogpgraph.pages.kinds.lead import Lead, grouped
from ogpgraph.pages.statements import Facts, Value
from ogpgraph.pages.terms import Row, Term
from ogpgraph.vocabulary import OGP, SKOS


@dataclass(slots=True)
class Change:
    """One change in a succession of institutions."""

    change: str
    date: Term | None
    kind: Term | None
    basis: Term | None
    before: list[str] = field(default_factory=list)
    after: list[str] = field(default_factory=list)


async def institution_lead(context: Context, facts: Facts) -> Lead:
    """Names, succession, relations to other institutions, commitments."""
    changes = await context.rows("kind-institution-changes", entity=facts.iri)
    commitments = await context.rows("kind-institution-commitments", entity=facts.iri)
    relations = await context.rows("kind-institution-relations", entity=facts.iri)
    roles = await context.rows("kind-member-roles", entity=facts.iri)
    return Lead(
        "kinds/institution.html",
        {"changes": changes, "commitments": commitments, "relations": relations, "roles": roles},
        {
            "names": names_of(facts),
            "changes": changes_of(changes),
            "commitments": grouped(commitments, "role"),
            "relations": grouped(relations, "relation"),
        },
    )


async def change_lead(context: Context, facts: Facts) -> Lead:
    """What was before a change and what came of it."""
    ends = await context.rows("kind-change-ends", entity=facts.iri)
    return Lead("kinds/change.html", {"ends": ends}, {"ends": grouped(ends, "end")})


def names_of(facts: Facts) -> list[Value]:
    """Every name of an institution with the graphs that use it; those that only captures use stand last."""
    said = [
        facts.statements[node.value]
        for node in (SKOS.prefLabel, SKOS.altLabel, OGP.acronym)
        if node.value in facts.statements
    ]
    return [value for each in said for value in each.values] + [value for each in said for value in each.others]


def changes_of(rows: list[Row]) -> list[Change]:
    """Changes in the order of time, those without a date last."""
    found: dict[str, Change] = {}
    for row in rows:
        name = row["change"].value
        change = found.setdefault(name, Change(name, row.get("date"), row.get("kind"), row.get("basis")))
        for end, bodies in (("before", change.before), ("after", change.after)):
            if end in row and row[end].value not in bodies:
                bodies.append(row[end].value)
    return sorted(found.values(), key=lambda each: (each.date is None, str(each.date), each.change))
