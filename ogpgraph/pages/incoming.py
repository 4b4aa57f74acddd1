"""Who points to an entity: counted, grouped by property, put into words."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field

from pyoxigraph import NamedNode

from ogpgraph.pages.context import Context
from ogpgraph.pages.links import short
from ogpgraph.vocabulary import OGP, SKOS

_SHOWN = 60  # subjects of one group
_ASKED = 1000  # that incoming.rq gives

# How the subjects stand to the entity, read after them: "43 commitments with this policy area".
_PHRASES = {
    "policyArea": "with this policy area",
    "leadingPolicyArea": "tagged with it first",
    "leadInstitution": "that it leads",
    "leads": "that leads it",
    "supportInstitution": "that it supports",
    "supports": "that supports it",
    "member": "of this member",
    "inPlan": "of this plan",
    "hasCommitment": "that has it",
    "hasPlan": "that has this plan",
    "assesses": "of it",
    "hasAssessment": "that it assesses",
    "inReport": "in this report",
    "reviewedIn": "reviewed in it",
    "reviewsPlan": "on this plan",
    "milestoneOf": "of it",
    "hasMilestone": "that it belongs to",
    "absentFrom": "in its record",
    "claimedValue": "of this value",
    "resolvedTo": "settled to it",
    "about": "about it",
    "earlier": "with it as the earlier one",
    "later": "with it as the later one",
    "describes": "that describe it",
    "graph": "whose statements these are",
    "heldBy": "held by it",
    "reason": "for this reason",
    "refMember": "that count it",
    "refPolicyArea": "that count it",
    "theme": "under this theme",
    "ranBy": "run by it",
    "successorInstitution": "that it succeeds",
    "predecessorInstitution": "that it precedes",
}


@dataclass(slots=True)
class Incoming:
    """Who points to an entity by one property; ``number`` counts all, ``subjects`` may be fewer."""

    property: str
    number: int
    subjects: list[str] = field(default_factory=list)
    classes: dict[str, int] = field(default_factory=dict)  # how many subjects are of which class
    query: str = ""  # finds all of them

    def phrase(self) -> str:
        """How the subjects stand to the entity; empty where the property has no words for it."""
        if self.property == SKOS.member.value:
            return "that contain it"
        return _PHRASES.get(short(self.property), "") if self.property.startswith(OGP.iri) else ""


async def incoming_of(context: Context, iri: str) -> list[Incoming]:
    """Who points to an entity, by property."""
    found: dict[str, Incoming] = {}
    for row in await context.rows("incoming-properties", entity=iri):
        name, number = row["property"].value, int(row["number"].value)
        group = found.setdefault(name, Incoming(name, 0, query=_query(iri, name)))
        group.number += number
        group.classes[row["class"].value if "class" in row else ""] = number
    subjects = await _subjects(context, iri, found)
    for name, group in found.items():
        group.subjects = subjects[name][:_SHOWN]
    return list(found.values())


async def _subjects(context: Context, iri: str, groups: dict[str, Incoming]) -> dict[str, list[str]]:
    """The first subjects of each group: by one question where all fit into its answer, else by one for each."""
    found: dict[str, list[str]] = defaultdict(list)
    if sum(group.number for group in groups.values()) <= _ASKED:
        for row in await context.rows("incoming", entity=iri) if groups else []:
            found[row["property"].value].append(row["subject"].value)
        return found
    for name in groups:
        rows = await context.rows("incoming-of-property", entity=iri, property=name)
        found[name] = [row["subject"].value for row in rows]
    return found


def _query(iri: str, name: str) -> str:
    """A query for all that point to an entity by a property."""
    return f"SELECT ?subject WHERE {{\n  ?subject {NamedNode(name)} {NamedNode(iri)}\n}} ORDER BY ?subject"
