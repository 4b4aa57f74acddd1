"""What is reconciled: the types, their properties, and how IRIs are written as identifiers.

An identifier is an IRI without the base of the graph: ``id/commitment/FR0042``, ``ontology#Commitment``. So the base is
both the identifier space and the schema space, and space and identifier joined are the IRI. IRIs of others are whole.
"""

from __future__ import annotations

from dataclasses import dataclass

from ogpgraph.settings import BASE
from ogpgraph.vocabulary import DCTERMS, OGP, ORG, RDFS, SKOS

SPACE = BASE


def identifier_of(iri: str) -> str:
    """An IRI as the service writes it."""
    return iri.removeprefix(SPACE)


def iri_of(identifier: str) -> str:
    """The IRI that an identifier means, which may be an IRI already. Whether it is a valid one is not looked at."""
    return identifier if identifier.startswith(("http://", "https://")) else SPACE + identifier


@dataclass(frozen=True, slots=True)
class Type:
    """A kind of entity. ``pattern`` is the group graph pattern of SPARQL that holds for each ``?entity`` of it."""

    id: str
    name: str
    description: str
    pattern: str


@dataclass(frozen=True, slots=True)
class Property:
    """A property that can be asked for by data extension.

    With ``is_condition`` a question can also demand a value of it. ``range`` is the identifier of the type that its
    values have; empty where they are literals or concepts.
    """

    iri: str
    name: str
    description: str
    types: tuple[Type, ...]
    is_condition: bool = False
    range: str = ""

    @property
    def id(self) -> str:
        """As the service writes it."""
        return identifier_of(self.iri)


def _type(name: str, label: str, description: str) -> Type:
    return Type(identifier_of(OGP[name].value), label, description, f"?entity a {OGP[name]} .")


COMMITMENT = _type("Commitment", "Commitment", "What a member promises to do in an action plan.")
INSTITUTION = _type("Institution", "Institution", "A body that leads, supports or follows commitments.")
MEMBER = Type(
    identifier_of(OGP.Member.value),
    "Member",
    "A government that takes part in the partnership, national or local.",
    f"VALUES ?kind {{ {OGP.NationalMember} {OGP.LocalMember} }} ?entity a ?kind .",
)
PLAN = _type("ActionPlan", "Action plan", "The commitments that a member adopts for one cycle.")
AREA = Type(
    "scheme/policy-area",
    "Policy area",
    "A topic by which the partnership tags commitments, of any generation of its tags.",
    f"?entity {SKOS.inScheme} <{SPACE}scheme/policy-area> .",
)
TYPES = (COMMITMENT, INSTITUTION, AREA, MEMBER, PLAN)
BY_TYPE_ID = {each.id: each for each in TYPES}

_LOCAL = (COMMITMENT, INSTITUTION, PLAN)  # belong to a member
PROPERTIES = (
    Property(OGP.member.value, "Member", "The member that it belongs to.", _LOCAL, True, MEMBER.id),
    Property(OGP.inPlan.value, "Action plan", "The plan that a commitment is part of.", (COMMITMENT,), True, PLAN.id),
    Property(OGP.cycle.value, "Cycle", "The year in which the plan begins.", (COMMITMENT, PLAN), True),
    Property(OGP.policyArea.value, "Policy area", "A tag of the commitment.", (COMMITMENT,), True, AREA.id),
    Property(OGP.leadInstitution.value, "Lead institution", "Who leads it.", (COMMITMENT,), True, INSTITUTION.id),
    Property(OGP.supportInstitution.value, "Support institution", "Who helps.", (COMMITMENT,), True, INSTITUTION.id),
    Property(OGP.institutionKind.value, "Kind of institution", "Ministry, agency, association …", (INSTITUTION,), True),
    Property(
        DCTERMS.identifier.value,
        "Identifier",
        "The code that OGP gave it.",
        (COMMITMENT, MEMBER, PLAN),
        is_condition=True,
    ),
    Property(OGP.planNumber.value, "Number in the plan", "As printed.", (COMMITMENT,), True),
    Property(DCTERMS.title.value, "Title", "In the languages of its sources.", (COMMITMENT, PLAN)),
    Property(DCTERMS.alternative.value, "Other title", "Another title of the same.", (COMMITMENT, PLAN)),
    Property(DCTERMS.abstract.value, "Summary", "What it is about.", (COMMITMENT, PLAN)),
    Property(OGP.planStatus.value, "Status", "Active or inactive.", (COMMITMENT,)),
    Property(OGP.latestCompletion.value, "Completion", "The latest that a review says.", (COMMITMENT,)),
    Property(OGP.latestStar.value, "Star", "Whether the latest review stars it.", (COMMITMENT,)),
    Property(OGP.latestEarlyResults.value, "Early results", "The latest that a review says.", (COMMITMENT,)),
    Property(OGP.startDate.value, "Start", "Day, month or year.", (COMMITMENT, PLAN)),
    Property(OGP.endDate.value, "End", "Day, month or year.", (COMMITMENT, PLAN)),
    Property(
        OGP.succeeds.value, "Succeeds", "The earlier one, as a source states.", (COMMITMENT,), range=COMMITMENT.id
    ),
    Property(OGP.succeededBy.value, "Succeeded by", "The later one.", (COMMITMENT,), range=COMMITMENT.id),
    Property(OGP.hasCommitment.value, "Commitments", "What is in the plan.", (PLAN,), range=COMMITMENT.id),
    Property(OGP.precededBy.value, "Plan before", "Of the same member.", (PLAN,), range=PLAN.id),
    Property(OGP.followedBy.value, "Plan after", "Of the same member.", (PLAN,), range=PLAN.id),
    Property(SKOS.prefLabel.value, "Name", "In the languages of its sources.", (INSTITUTION, MEMBER, AREA)),
    Property(SKOS.altLabel.value, "Other name", "Another name of the same.", (INSTITUTION, AREA)),
    Property(OGP.acronym.value, "Acronym", "Its name in letters.", (INSTITUTION,)),
    Property(OGP.leads.value, "Leads", "Commitments that it leads.", (INSTITUTION,), range=COMMITMENT.id),
    Property(OGP.supports.value, "Supports", "Commitments that it helps with.", (INSTITUTION,), range=COMMITMENT.id),
    Property(
        OGP.predecessorInstitution.value, "Institution before", "It took over.", (INSTITUTION,), range=INSTITUTION.id
    ),
    Property(
        OGP.successorInstitution.value, "Institution after", "It took over.", (INSTITUTION,), range=INSTITUTION.id
    ),
    Property(ORG.subOrganizationOf.value, "Part of", "A larger body.", (INSTITUTION,), range=INSTITUTION.id),
    Property(OGP.isoCode.value, "ISO code", "ISO 3166-1, two letters.", (MEMBER,), True),
    Property(OGP.isoCode3.value, "ISO code, three letters", "ISO 3166-1.", (MEMBER,), True),
    Property(OGP.memberSince.value, "Member since", "The day of joining.", (MEMBER,)),
    Property(OGP.hasPlan.value, "Plans", "The member's action plans.", (MEMBER,), range=PLAN.id),
    Property(SKOS.exactMatch.value, "Same elsewhere", "IRIs of other vocabularies.", (MEMBER, AREA)),
    Property(SKOS.definition.value, "Definition", "What the tag means.", (AREA,)),
    Property(SKOS.broader.value, "Broader area", "The wider topic.", (AREA,), range=AREA.id),
    Property(SKOS.closeMatch.value, "Nearly the same area", "Of another generation.", (AREA,), range=AREA.id),
    Property(DCTERMS.isReplacedBy.value, "Replaced by", "The tag of a later generation.", (AREA,), range=AREA.id),
)
BY_PROPERTY_ID = {each.id: each for each in PROPERTIES}
CONDITIONS = tuple(each for each in PROPERTIES if each.is_condition)

# What entities are called, the first first; and codes, which are compared without regard to signs.
NAMES = tuple(
    term.value
    for term in (
        *(RDFS.label, SKOS.prefLabel, DCTERMS.title, DCTERMS.alternative, SKOS.altLabel, SKOS.hiddenLabel),
        OGP.acronym,
    )
)
CODES = tuple(term.value for term in (DCTERMS.identifier, OGP.isoCode, OGP.isoCode3, OGP.slug))


def type_named(identifier: str) -> Type | None:
    """The type by its identifier, its IRI or, as people write it, the last part of these; None for another."""
    given = identifier_of(identifier)
    return BY_TYPE_ID.get(given) or BY_TYPE_ID.get(f"ontology#{given}")


def property_named(identifier: str) -> Property | None:
    """The property by its identifier or IRI, or by the last part of an IRI of the ontology; None for another."""
    given = identifier_of(identifier)
    return BY_PROPERTY_ID.get(given) or BY_PROPERTY_ID.get(f"ontology#{given}")
