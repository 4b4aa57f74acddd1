"""Who points to an entity: counted, grouped by property, put into words."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from pyoxigraph import NamedNode

from ogpgraph.pages.context import Context
from ogpgraph.pages.links import short
from ogpgraph.pages.terms import Row
from ogpgraph.vocabulary import OGP, SKOS

_SHOWN = 60  # subjects of one group
_MOST_ROWS = 3000  # that entity.rq gives of them

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


async def incoming_of(context: Context, iri: str, rows: list[Row]) -> list[Incoming]:
    """Who points to an entity, by property, from the rows of ``entity.rq``, with further questions where many do."""
    pointing = [row for row in rows if "subject" in row]
    return _counted(iri, pointing) if len(pointing) < _MOST_ROWS else await _asked(context, iri)


def _counted(iri: str, rows: list[Row]) -> list[Incoming]:
    """The groups of rows with each subject by each of its classes."""
    class_of: dict[tuple[str, str], str] = {}
    for row in rows:
        key = row["property"].value, row["subject"].value
        # A class of this graph stands before one of others, for its IRI is the later one.
        class_of[key] = max(class_of.get(key, ""), row["class"].value if "class" in row else "")
    found: dict[str, Incoming] = {}
    for name, subject in sorted(class_of):
        group = found.setdefault(name, Incoming(name, 0, query=_query(iri, name)))
        group.number += 1
        if len(group.subjects) < _SHOWN:
            group.subjects.append(subject)
    for name, group in found.items():
        counts = Counter(each for (of, _), each in class_of.items() if of == name)
        group.classes = dict(sorted(counts.items(), key=lambda item: (-item[1], item[0])))
    return list(found.values())


async def _asked(context: Context, iri: str) -> list[Incoming]:
    """The groups where one answer does not hold all who point to an entity: counted there, the first by property."""
    found: dict[str, Incoming] = {}
    for row in await context.rows("incoming-properties", entity=iri):
        name, number = row["property"].value, int(row["number"].value)
        group = found.setdefault(name, Incoming(name, 0, query=_query(iri, name)))
        group.number += number
        group.classes[row["class"].value if "class" in row else ""] = number
    for name, group in found.items():
        rows = await context.rows("incoming-of-property", entity=iri, property=name)
        group.subjects = [row["subject"].value for row in rows[:_SHOWN]]
    return list(found.values())


def _query(iri: str, name: str) -> str:
    """A query for all that point to an entity by a property."""
    return f"SELECT ?subject WHERE {{\n  ?subject {NamedNode(name)} {NamedNode(iri)}\n}} ORDER BY ?subject"
