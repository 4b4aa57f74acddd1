"""The words by which the command line names what is linked and what is proposed of a pair."""

from __future__ import annotations

from ogpgraph.vocabulary import OGP, OWL, SKOS

# The class of the items, as `items_of_graph` takes it.
KINDS = {
    "commitment": "Commitment",
    "institution": "Institution",
    "policy-area": "PolicyArea",
    "member": "Member",
    "plan": "ActionPlan",
}
RELATIONS = {
    **{f"{name}Match": SKOS[f"{name}Match"].value for name in ("exact", "close", "broad", "narrow", "related")},
    "sameAs": OWL.sameAs.value,
    "sameCommitment": OGP.sameCommitment.value,
}
