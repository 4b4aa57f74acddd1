"""Candidates as SSSOM: what the linker proposes, why, and what a person needs to see of both sides to judge it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence

import ogpgraph
from ogpgraph.link.candidates import Candidate, Feature
from ogpgraph.link.decisions import POSSIBLE_SUCCESSOR, Decisions, Question, question_of
from ogpgraph.link.items import Item
from ogpgraph.settings import BASE
from ogpgraph.sssom import Mapping, MappingSet
from ogpgraph.vocabulary import DCTERMS, OGP, OWL, SEMAPV, SKOS

TOOL = "ogpgraph link"
UNLICENSED = "https://w3id.org/sssom/license/unspecified"
_MEASURE = "ogpgraph: probability from weighted features"
_LONGEST_DETAIL = 300  # characters of a description that go into a file of candidates
_SEPARATOR = " · "  # between the reasons of a comment
# Which property each feature compares; a feature that is not here has no field of its own.
_FIELDS = {
    "title": DCTERMS.title,
    "institutions": OGP.leadInstitution,
    "tags": OGP.policyArea,
    "text": DCTERMS.abstract,
    "dates": OGP.startDate,
    "member": OGP.member,
    "cycle": OGP.cycle,
    "plan_number": OGP.planNumber,
}
_LEXICAL = {"title"}


def proposals(
    found: Iterable[Candidate], decided: Decisions, predicate: str, day: str, left_out: list[Candidate] | None = None
) -> Iterator[Mapping]:
    """The candidates as mappings, best first where they came so; each pair once, in whichever direction it came first.

    Left out, and added to ``left_out`` where that is given: pairs that are decided, and things paired with themselves.
    """
    seen: set[Question] = set()
    for candidate in found:
        mapping = proposal(candidate, predicate, day)
        if candidate.left.iri == candidate.right.iri or decided.settles(mapping):
            if left_out is not None:
                left_out.append(candidate)
        elif question_of(mapping) not in seen:
            seen.add(question_of(mapping))
            yield mapping


def proposal(candidate: Candidate, predicate: str, day: str) -> Mapping:
    """One candidate as a mapping, found on ``day`` (ISO 8601).

    ``predicate`` is the IRI of what is proposed; where it is empty, the one that `data/alignments` takes for such a
    pair. The mapping leads from a thing of ours to one of others, on whichever side it was.
    """
    left, right = candidate.left, candidate.right
    if is_ours(right.iri) and not is_ours(left.iri):
        left, right = right, left
    spoke = [feature for feature in candidate.features if feature.weight]
    lexical = {feature.name for feature in spoke} <= _LEXICAL
    justification = SEMAPV.LexicalMatching if lexical else SEMAPV.CompositeMatching
    fields = tuple(dict.fromkeys(_FIELDS[feature.name].value for feature in spoke if feature.name in _FIELDS))
    score = round(candidate.score, 4)
    return Mapping(
        subject_id=left.iri,
        subject_label=title_of(left),
        predicate_id=predicate or _usual(left, right),
        object_id=right.iri,
        object_label=title_of(right),
        mapping_justification=justification.value,
        mapping_tool=TOOL,
        mapping_tool_version=ogpgraph.__version__,
        mapping_date=day,
        confidence=score,
        subject_match_field=fields,
        object_match_field=fields,
        similarity_score=score,
        similarity_measure=_MEASURE,
        other=_written({"subject": _details(left), "object": _details(right)}),
        comment=_SEPARATOR.join(reason(feature) for feature in candidate.features),
    )


def is_ours(iri: str) -> bool:
    """Whether an IRI names a thing or a concept of this graph."""
    return iri.startswith((f"{BASE}id/", f"{BASE}scheme/"))


def _usual(left: Item, right: Item) -> str:
    """What is proposed of such a pair (data/FORMAT.md, section on alignments)."""
    both = is_ours(left.iri) and is_ours(right.iri)
    if both and left.kind == right.kind == "Commitment":
        return OGP.sameCommitment.value
    return OWL.sameAs.value if both and left.iri.startswith(f"{BASE}id/") else SKOS.exactMatch.value


def reason(feature: Feature) -> str:
    """``title 0.87 (+4.2): …``: likeness, weight, and the sentence that the comparison gives."""
    explanation = " ".join(feature.explanation.split()).replace("·", "-")
    return f"{feature.name} {feature.value:.2f} ({feature.weight:+.1f}): {explanation}"


def reasons_of(mapping: Mapping) -> list[str]:
    """The reasons that stand in the comment of a candidate, one a feature."""
    return [part for part in mapping.comment.split(_SEPARATOR) if part]


def details_of(mapping: Mapping) -> tuple[dict[str, str], dict[str, str]]:
    """What a candidate's file says of subject and of object beside their titles, by name of the field."""
    sides: dict[str, dict[str, str]] = {"subject": {}, "object": {}}
    for pair in mapping.other.split("|"):
        key, equals, value = pair.partition("=")
        side, _, name = key.partition(" ")
        if equals and name and side in sides:
            sides[side][name] = value
    return sides["subject"], sides["object"]


def candidate_set(mappings: Sequence[Mapping], between: str) -> MappingSet:
    """The set that a file of candidates holds; ``between`` says in words what was compared.

    Its IRI is made from that and from the mappings: the same candidates make the same set.
    """
    told = "\n".join((between, *(f"{m.subject_id} {m.predicate_id} {m.object_id}" for m in mappings)))
    key = hashlib.sha256(told.encode()).hexdigest()[:12]
    predicates = {mapping.predicate_id for mapping in mappings}
    what = "possible successors" if predicates == {POSSIBLE_SUCCESSOR} else "candidates"
    return MappingSet(
        mapping_set_id=f"{BASE}id/mapping-set/candidates-{key}",
        mapping_set_title=f"{what.capitalize()}: {between}",
        mapping_set_description="Found by a program and judged by nobody yet: review before use.",
        license=UNLICENSED,
        curie_map={"ogp": OGP.iri, "skos": SKOS.iri, "dcterms": DCTERMS.iri, "commitment": f"{BASE}id/commitment/"},
        mappings=tuple(mappings),
    )


def title_of(item: Item) -> str:
    """The title that is shown: the English one where there is one."""
    titles = {language: text for text, language in reversed(item.titles)}
    return titles.get("en") or (item.titles[0][0] if item.titles else "")


def _details(item: Item) -> dict[str, str]:
    shown = title_of(item)
    others = "; ".join(f"{text} ({language})" if language else text for text, language in item.titles if text != shown)
    values = {
        "other titles": others,
        "member": item.member or "",
        "cycle": item.cycle or "",
        "number in the plan": item.plan_number or "",
        # A body has a name beside its IRI, a concept may have none.
        "institutions": "; ".join(name for name in item.institutions if not is_ours(name)),
        "tags": "; ".join(tag.rpartition("/")[2] if is_ours(tag) else tag for tag in item.tags),
        "dates": ", ".join(item.dates),
        "text": " ".join(item.texts),
    }
    return {name: value for name, value in values.items() if value}


def _written(sides: dict[str, dict[str, str]]) -> str:
    """The slot ``other`` of SSSOM: pairs of key and value between bars."""
    return "|".join(
        f"{side} {name}={_shortened(value).replace('|', '/')}"
        for side, values in sides.items()
        for name, value in values.items()
    )


def _shortened(value: str) -> str:
    one_line = " ".join(value.split())
    return one_line if len(one_line) <= _LONGEST_DETAIL else one_line[: _LONGEST_DETAIL - 2] + " …"
