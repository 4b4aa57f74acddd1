"""The way to an entity from above: member, plan, commitment, assessment."""

from __future__ import annotations

from collections.abc import Mapping

from pyoxigraph import NamedNode

from ogpgraph.pages.context import Context
from ogpgraph.pages.incoming import Incoming
from ogpgraph.pages.statements import Facts
from ogpgraph.vocabulary import OGP, ORG, QB, SKOS

# From a part to its whole. A commitment names both its plan and its member: what stands earlier is the nearer whole.
_UP = (
    *(OGP.claimOf, OGP.about, OGP.absentFrom, OGP.milestoneOf, OGP.assesses, OGP.inPlan, OGP.reviewsPlan, OGP.heldBy),
    *(ORG.originalOrganization, OGP.member, QB.dataSet, SKOS.inScheme, OGP.earlier, OGP.later),
)
# From a whole to its part, where the part does not name the whole.
_DOWN = (OGP.hasReference, OGP.document)
_MOST = 6


async def crumbs_of(context: Context, facts: Facts, incoming: list[Incoming]) -> list[str]:
    """What an entity is part of, the largest first; empty for what stands by itself."""
    whole = _nearest({node.value: [term.value for term in facts.all(node.value)] for node in _UP})
    whole = whole or _nearest({each.property: each.subjects for each in incoming}, _DOWN)
    found: list[str] = []
    while whole and whole not in found and len(found) < _MOST:
        found.insert(0, whole)
        above: dict[str, list[str]] = {}
        for row in await context.rows("crumbs", entity=whole):
            above.setdefault(row["relation"].value, []).append(row["whole"].value)
        whole = _nearest(above)
    return [iri for iri in found if iri != facts.iri]


def _nearest(wholes: Mapping[str, list[str]], relations: tuple[NamedNode, ...] = _UP) -> str:
    """The first whole by the order of the relations; empty where there is none."""
    return next((wholes[each.value][0] for each in relations if wholes.get(each.value)), "")
