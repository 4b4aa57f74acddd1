"""A concept of a scheme: what it means, its place on a scale, its generations; a policy area with its commitments."""

from __future__ import annotations

from pyoxigraph import NamedNode

from ogpgraph.pages.context import Context
from ogpgraph.pages.kinds.lead import Lead, grouped
from ogpgraph.pages.statements import Facts
from ogpgraph.vocabulary import OGP


async def concept_lead(context: Context, facts: Facts) -> Lead:
    """Collections, relations to other concepts, scale; for a policy area also commitments and how many a cycle."""
    tables = {
        name: await context.rows(f"kind-concept-{name}", entity=facts.iri)
        for name in ("collections", "relations", "scale")
    }
    if "/scheme/policy-area/" in facts.iri:
        for name in ("commitments", "cycles"):
            tables[name] = await context.rows(f"kind-area-{name}", entity=facts.iri)
    total = sum(int(row["number"].value) for row in tables.get("cycles", []))
    query = (
        f"SELECT ?commitment WHERE {{\n  ?commitment {OGP.policyArea} {NamedNode(facts.iri)}\n}} ORDER BY ?commitment"
    )
    relations = grouped(tables["relations"], "relation")
    return Lead("kinds/concept.html", tables, {"relations": relations, "total": total, "query": query})


async def collection_lead(context: Context, facts: Facts) -> Lead:
    """What a collection holds: in its order where it has one, else by the alphabet of the IRIs."""
    return Lead(
        "kinds/collection.html",
        {"members": await context.rows("kind-collection-members", entity=facts.iri)},
    )
