"""The slots of a mapping and of a set of mappings (SSSOM 1.1, the LinkML schema ``sssom_schema.yaml``)."""

from __future__ import annotations

import dataclasses
import hashlib
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from ogpgraph.vocabulary import DCTERMS, OWL, PAV, PREFIXES, PROV, RDF, RDFS, SEMAPV, SKOS, SSSOM

# The value of predicate_modifier that says: the predicate does not hold between subject and object.
NEGATED = "Not"


@dataclass(frozen=True, kw_only=True)
class Mapping:
    """One mapping: a subject, a predicate, an object, and on what ground somebody holds it.

    The attributes are the slots of SSSOM by their own names and in the order of its schema. A slot without a value is
    an empty text, an empty tuple or None. Identifiers are IRIs; ``confidence`` and ``similarity_score`` run from 0 to
    1, ``reviewer_agreement`` from -1 to 1; dates are ``YYYY-MM-DD``. ``line`` is no slot: it is the line of the file.
    """

    record_id: str = ""
    subject_id: str
    subject_label: str = ""
    subject_category: str = ""
    predicate_id: str
    predicate_label: str = ""
    predicate_modifier: str = ""
    object_id: str
    object_label: str = ""
    object_category: str = ""
    mapping_justification: str
    author_id: tuple[str, ...] = ()
    author_label: tuple[str, ...] = ()
    reviewer_id: tuple[str, ...] = ()
    reviewer_label: tuple[str, ...] = ()
    creator_id: tuple[str, ...] = ()
    creator_label: tuple[str, ...] = ()
    license: str = ""
    subject_type: str = ""
    subject_source: str = ""
    subject_source_version: str = ""
    object_type: str = ""
    object_source: str = ""
    object_source_version: str = ""
    predicate_type: str = ""
    mapping_provider: str = ""
    mapping_source: str = ""
    mapping_cardinality: str = ""
    cardinality_scope: tuple[str, ...] = ()
    mapping_tool: str = ""
    mapping_tool_id: str = ""
    mapping_tool_version: str = ""
    mapping_date: str = ""
    publication_date: str = ""
    review_date: str = ""
    confidence: float | None = None
    reviewer_agreement: float | None = None
    curation_rule: tuple[str, ...] = ()
    curation_rule_text: tuple[str, ...] = ()
    subject_match_field: tuple[str, ...] = ()
    object_match_field: tuple[str, ...] = ()
    match_string: tuple[str, ...] = ()
    subject_preprocessing: tuple[str, ...] = ()
    object_preprocessing: tuple[str, ...] = ()
    similarity_score: float | None = None
    similarity_measure: str = ""
    see_also: tuple[str, ...] = ()
    issue_tracker_item: str = ""
    other: str = ""
    comment: str = ""
    line: int = field(default=0, compare=False, repr=False)

    @property
    def negated(self) -> bool:
        """Whether the mapping says that its predicate does not hold."""
        return self.predicate_modifier == NEGATED

    @property
    def doubted(self) -> bool:
        """Whether its reviewer does not agree with it: undecided (an agreement of 0), or of another mind."""
        return self.reviewer_agreement is not None and self.reviewer_agreement <= 0


@dataclass(frozen=True, kw_only=True)
class MappingSet:
    """Mappings with what is said of them as a whole.

    Slots that a file states once for all its mappings (``subject_source``, ``mapping_date`` and their like) stand on
    each :class:`Mapping`; the writer puts them on the set again.
    """

    mapping_set_id: str
    sssom_version: str = "1.1"
    curie_map: dict[str, str] = field(default_factory=dict)
    mapping_set_version: str = ""
    mapping_set_source: tuple[str, ...] = ()
    mapping_set_title: str = ""
    mapping_set_description: str = ""
    mapping_set_confidence: float | None = None
    creator_id: tuple[str, ...] = ()
    creator_label: tuple[str, ...] = ()
    license: str = ""
    publication_date: str = ""
    see_also: tuple[str, ...] = ()
    issue_tracker: str = ""
    other: str = ""
    comment: str = ""
    mappings: tuple[Mapping, ...] = ()


class Kind(Enum):
    """What the values of a slot are; each kind has its own form in TSV and in RDF."""

    REFERENCE = "a CURIE such as skos:exactMatch"
    ADDRESS = "an IRI with its scheme"
    DATE = "a day, YYYY-MM-DD"
    NUMBER = "a number"
    CHOICE = "a value of its list"
    TEXT = "text"


def _names(text: str) -> frozenset[str]:
    return frozenset(text.split())


_OF_KIND = {
    Kind.REFERENCE: _names(
        "record_id subject_id predicate_id object_id mapping_justification author_id reviewer_id creator_id"
        " subject_source object_source mapping_source mapping_tool_id curation_rule subject_match_field"
        " object_match_field subject_preprocessing object_preprocessing issue_tracker_item"
    ),
    Kind.ADDRESS: _names("mapping_set_id license mapping_provider mapping_set_source see_also issue_tracker"),
    Kind.DATE: _names("mapping_date publication_date review_date"),
    Kind.NUMBER: _names("confidence reviewer_agreement similarity_score mapping_set_confidence"),
    Kind.CHOICE: _names("sssom_version predicate_modifier subject_type object_type predicate_type mapping_cardinality"),
}
KINDS: dict[str, Kind] = {slot: kind for kind, slots in _OF_KIND.items() for slot in slots}

# Slots that a set may state once for all its mappings.
PROPAGATED = _names(
    "subject_type subject_source subject_source_version object_type object_source object_source_version predicate_type"
    " mapping_provider cardinality_scope mapping_tool mapping_tool_id mapping_tool_version mapping_date"
    " subject_match_field object_match_field subject_preprocessing object_preprocessing similarity_measure"
    " curation_rule curation_rule_text"
)
# The slots of the metadata block in the order of the schema, the propagated ones among them.
METADATA_ORDER = (
    *("sssom_version", "mapping_set_id", "mapping_set_version", "mapping_set_source", "mapping_set_title"),
    *("mapping_set_description", "mapping_set_confidence", "creator_id", "creator_label", "license", "subject_type"),
    *("subject_source", "subject_source_version", "object_type", "object_source", "object_source_version"),
    *("predicate_type", "mapping_provider", "cardinality_scope", "mapping_tool", "mapping_tool_id"),
    *("mapping_tool_version", "mapping_date", "publication_date", "subject_match_field", "object_match_field"),
    *("subject_preprocessing", "object_preprocessing", "similarity_measure", "curation_rule", "curation_rule_text"),
    *("see_also", "issue_tracker", "other", "comment"),
)

_ENTITY_TYPES = {
    "owl class": OWL.Class,
    "owl object property": OWL.ObjectProperty,
    "owl data property": OWL.DataProperty,
    "owl annotation property": OWL.AnnotationProperty,
    "owl named individual": OWL.NamedIndividual,
    "skos concept": SKOS.Concept,
    "rdfs resource": RDFS.Resource,
    "rdfs class": RDFS.Class,
    "rdfs literal": RDFS.Literal,
    "rdfs datatype": RDFS.Datatype,
    "rdf property": RDF.Property,
    "composed entity expression": SSSOM.ComposedEntityExpression,
}
# The values of a slot with a closed list, and what each is in RDF; None where RDF has the text itself.
CHOICES: dict[str, dict[str, Any]] = {
    "sssom_version": {"1.0": SSSOM["version1.0"], "1.1": SSSOM["version1.1"]},
    "predicate_modifier": {NEGATED: SSSOM.NegatedPredicate},
    "mapping_cardinality": dict.fromkeys(("1:1", "1:n", "n:1", "n:n", "1:0", "0:1", "0:0")),
    **dict.fromkeys(("subject_type", "object_type", "predicate_type"), _ENTITY_TYPES),
}
RANGES = {
    "confidence": (0, 1),
    "similarity_score": (0, 1),
    "mapping_set_confidence": (0, 1),
    "reviewer_agreement": (-1, 1),
}
# The terms of the Semantic Mapping Vocabulary that justify a mapping.
JUSTIFICATIONS = frozenset(
    SEMAPV[name].value
    for name in _names(
        "MappingReview ManualMappingCuration LogicalReasoning LexicalMatching CompositeMatching UnspecifiedMatching"
        " SemanticSimilarityThresholdMatching LexicalSimilarityThresholdMatching MappingChaining MappingInversion"
        " StructuralMatching InstanceBasedMatching BackgroundKnowledgeBasedMatching"
    )
)
# Slots that RDF writes with a property of another vocabulary; all others have one of SSSOM's own.
PROPERTIES = {
    "subject_id": OWL.annotatedSource,
    "predicate_id": OWL.annotatedProperty,
    "object_id": OWL.annotatedTarget,
    "mapping_set_version": OWL.versionInfo,
    "mapping_set_title": DCTERMS.title,
    "mapping_set_description": DCTERMS.description,
    "mapping_set_source": PROV.wasDerivedFrom,
    "creator_id": DCTERMS.creator,
    "author_id": PAV.authoredBy,
    "license": DCTERMS.license,
    "mapping_date": DCTERMS.created,
    "publication_date": DCTERMS.issued,
    "see_also": RDFS.seeAlso,
    "comment": RDFS.comment,
}
# Prefixes that no file need declare.
BUILT_IN = {prefix: PREFIXES[prefix] for prefix in ("owl", "rdf", "rdfs", "semapv", "skos", "sssom", "xsd")}

MAPPING_SLOTS = tuple(each.name for each in dataclasses.fields(Mapping) if each.name != "line")
SET_SLOTS = tuple(each.name for each in dataclasses.fields(MappingSet) if each.name not in ("curie_map", "mappings"))
MULTIVALUED = frozenset(
    each.name for kind in (Mapping, MappingSet) for each in dataclasses.fields(kind) if each.default == ()
)


def record_iri(mapping_set: MappingSet, mapping: Mapping) -> str:
    """The IRI of a mapping: its ``record_id``, else one below the IRI of its set.

    The last part is the start of the SHA-256 of subject, modifier, predicate, object and justification, so that it
    does not depend on the order of the mappings or on what else is said of them.
    """
    if mapping.record_id:
        return mapping.record_id
    told = (
        *(mapping.subject_id or mapping.subject_label, mapping.predicate_modifier, mapping.predicate_id),
        *(mapping.object_id or mapping.object_label, mapping.mapping_justification),
    )
    return f"{mapping_set.mapping_set_id}/{hashlib.sha256(chr(10).join(told).encode()).hexdigest()[:12]}"
