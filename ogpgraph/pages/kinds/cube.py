"""An observation of the data cube: a count among its sisters."""

from __future__ import annotations

from ogpgraph.pages.context import Context
from ogpgraph.pages.kinds.lead import Lead
from ogpgraph.pages.statements import Facts
from ogpgraph.vocabulary import OGP

_DIMENSIONS = (
    *(OGP.refMember, OGP.refCycle, OGP.refPolicyArea),
    *(OGP.refCompletion, OGP.refStar, OGP.refEarlyResults),
)


async def observation_lead(context: Context, facts: Facts) -> Lead:
    """What is counted, and how the other counts of the same commitments compare."""
    siblings = await context.rows("kind-observation-siblings", entity=facts.iri)
    keys = [node.value for node in _DIMENSIONS if node.value in facts.statements]
    total = sum(int(row["number"].value) for row in siblings)
    return Lead("kinds/observation.html", {"siblings": siblings}, {"keys": keys, "total": total}, set(keys))
