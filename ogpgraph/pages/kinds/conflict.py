"""Where sources differ: what each claims, which stands, and by which rule."""

from __future__ import annotations

from dataclasses import dataclass, field

from ogpgraph.pages.context import Context
from ogpgraph.pages.kinds.lead import Lead
from ogpgraph.pages.statements import Facts
from ogpgraph.pages.terms import Row, Term
from ogpgraph.vocabulary import DCTERMS, OGP


@dataclass(slots=True)
class Claim:
    """What one or more sources claim together."""

    claim: str
    values: list[Term] = field(default_factory=list)
    sources: list[Term] = field(default_factory=list)
    stands: bool = False


async def conflict_lead(context: Context, facts: Facts) -> Lead:
    """The claims side by side; those that the release took over are marked."""
    rows = await context.rows("kind-claims", entity=facts.iri)
    rule = facts.first(OGP["rule"].value)
    meaning = await context.rows("kind-definition", entity=rule.value) if rule and rule.is_iri else []
    return Lead(
        "kinds/conflict.html",
        {"claims": rows},
        {
            "claims": claims_of(rows, set(facts.all(OGP.resolvedTo.value))),
            "rule": rule,
            "meaning": meaning[0]["definition"] if meaning else None,
        },
    )


async def claim_lead(context: Context, facts: Facts) -> Lead:
    """What a source claims."""
    return Lead(
        "kinds/claim.html",
        shaped={"values": facts.all(OGP.claimedValue.value), "sources": facts.all(DCTERMS.source.value)},
    )


def claims_of(rows: list[Row], winners: set[Term]) -> list[Claim]:
    """The claims of ``kind-claims.rq``; one stands when it says what was taken over, or a part of it where
    no claim says the whole."""
    found: dict[str, Claim] = {}
    for row in rows:
        claim = found.setdefault(row["claim"].value, Claim(row["claim"].value))
        for name, terms in (("value", claim.values), ("source", claim.sources)):
            if name in row and row[name] not in terms:
                terms.append(row[name])
    said = {name: set(claim.values) for name, claim in found.items() if claim.values}
    whole = winners in said.values()
    for name, values in said.items():
        found[name].stands = values == winners if whole else values <= winners
    return list(found.values())
