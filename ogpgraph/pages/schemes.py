"""The pages of the SKOS schemes: which there are, and the concepts of one, with how often the release uses each.

::

    graph/scheme/<name> --Facts--> concepts in their order, collections --scheme.html--> the page
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from pyoxigraph import NamedNode, RdfFormat

from ogpgraph.pages.context import Context, NotFound
from ogpgraph.pages.facts import Facts
from ogpgraph.pages.known_vocabularies import compact
from ogpgraph.pages.labels import labels_of
from ogpgraph.pages.queries import filled
from ogpgraph.pages.rdf_documents import triples_of, written
from ogpgraph.pages.terms import Term
from ogpgraph.vocabulary import DCTERMS, RDFS, SKOS

_COLLECTIONS = (SKOS.Collection.value, SKOS.OrderedCollection.value)
_RELATIONS = {
    SKOS.exactMatch.value: "the same as",
    SKOS.closeMatch.value: "nearly the same as",
    SKOS.broadMatch.value: "narrower than",
    SKOS.narrowMatch.value: "wider than",
    SKOS.relatedMatch.value: "related to",
    SKOS.related.value: "related to",
    DCTERMS.isReplacedBy.value: "replaced by",
    DCTERMS.replaces.value: "replaces",
}
_NOTES = {
    SKOS.scopeNote.value: "Scope",
    SKOS.example.value: "Example",
    SKOS.historyNote.value: "History",
    SKOS.changeNote.value: "Change",
    SKOS.editorialNote.value: "Editor",
}
_DEEPEST = 3  # indentation that the page shows


@dataclass(frozen=True, slots=True)
class SchemeEntry:
    """A scheme in the list of all."""

    iri: str
    label: str
    definition: str
    concepts: int
    variables: list[str]  # the properties that take their values from it


@dataclass(slots=True)
class Concept:
    """A concept of a scheme; ``depth`` says how far it stands below a top concept."""

    iri: str
    key: str
    labels: dict[str, str]
    definitions: dict[str, str]
    other_labels: list[Term]
    codes: list[tuple[str, str]]  # name of the code list, code
    rank: str
    since: str
    until: str
    relations: list[tuple[str, list[str]]]
    notes: list[tuple[str, Term]]
    depth: int = 0
    uses: int = 0
    by_property: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Collection:
    """A collection; its members are in their order where it is an ordered one."""

    iri: str
    key: str
    kind: str  # the part of the IRI that says what sort of collection it is; empty where none does
    label: str
    definition: str
    members: list[str]
    ordered: bool


@dataclass(frozen=True, slots=True)
class Scheme:
    """A scheme with its concepts in the order of the page."""

    iri: str
    facts: Facts
    concepts: list[Concept]
    collections: list[Collection]

    @property
    def scale(self) -> list[Concept]:
        """The steps of a rating scale, from the least to the most; empty where the scheme is none."""
        by_iri = {concept.iri: concept for concept in self.concepts}
        ordered = next((each.members for each in self.collections if each.ordered), [])
        return [by_iri[iri] for iri in ordered if iri in by_iri]

    def lists(self, kind: str) -> list[Collection]:
        """The collections of a sort."""
        return [each for each in self.collections if each.kind == kind and not each.ordered]

    @property
    def kinds(self) -> list[str]:
        """The sorts of collections, in the order of the page."""
        return list(dict.fromkeys(each.kind for each in self.collections if not each.ordered))


async def schemes_page(context: Context) -> str:
    """The list of all schemes."""
    entries = await scheme_entries(context)
    labels = await labels_of(context, (name for entry in entries for name in entry.variables))
    return context.render("schemes.html", entries=entries, labels=labels, compact=compact)


async def scheme_entries(context: Context) -> list[SchemeEntry]:
    """Every scheme of the release, by its name."""
    coded: dict[str, list[str]] = {}
    variable = f"{context.links.base}ontology#codesVariable"
    for row in await context.rows("scheme-variables", codesVariable=variable):
        coded.setdefault(row["scheme"].value, []).append(row["property"].value)
    entries = [
        SchemeEntry(
            row["scheme"].value,
            row["label"].value,
            row["definition"].value if "definition" in row else "",
            int(row["concepts"].value),
            coded.get(row["scheme"].value, []),
        )
        for row in await context.rows("scheme-list")
    ]
    return sorted(entries, key=lambda entry: entry.label.casefold())


async def schemes_document(context: Context, form: RdfFormat) -> str:
    """What each scheme says of itself, as RDF."""
    triples = triples_of(await context.rows("scheme-headers"))
    return written(
        sorted(triples, key=lambda triple: (str(triple.subject), str(triple.predicate), str(triple.object))), form
    )


async def scheme_page(context: Context, iri: str) -> str:
    """The page of one scheme; NotFound where there is none."""
    scheme = await read_scheme(context, iri)
    mentioned = {name for concept in scheme.concepts for name in concept.by_property}
    mentioned |= {other for concept in scheme.concepts for _, some in concept.relations for other in some}
    variables = scheme.facts.iris(iri, f"{context.links.base}ontology#codesVariable")
    labels = await labels_of(context, {*mentioned, *variables})
    labels |= {concept.iri: next(iter(concept.labels.values()), "") for concept in scheme.concepts}
    return context.render(
        "scheme.html",
        scheme=scheme,
        facts=scheme.facts,
        variables=variables,
        labels=labels,
        most=max((concept.uses for concept in scheme.concepts), default=0),
        has_codes=any(concept.codes for concept in scheme.concepts),
        query_for=query_for,
        compact=compact,
        deepest=_DEEPEST,
    )


async def read_scheme(context: Context, iri: str) -> Scheme:
    """A scheme with the uses of its concepts; NotFound where there is none."""
    base = context.links.base
    graph = f"{base}graph/{iri.removeprefix(base)}"
    facts = Facts(await context.rows("ontology-graph", graph=graph))
    if iri not in facts:
        raise NotFound(iri)
    concepts = {each: _concept(facts, iri, each, base) for each in facts.of_type(SKOS.Concept.value)}
    asked = {"scheme": iri, "entities": f"{base}id/", "observations": f"{base}id/cube/"}
    for row in await context.rows("scheme-uses", **asked):
        concept = concepts.get(row["concept"].value)
        if concept:
            concept.by_property[row["property"].value] = int(row["number"].value)
            concept.uses += int(row["number"].value)
    collections = sorted(_collections(facts, iri, base), key=lambda found: found[0])
    return Scheme(iri, facts, list(_in_order(facts, concepts)), [each for _, each in collections])


def concept_exists(iri: str) -> str:
    """The query whose rows say that there is a concept or a collection."""
    return filled("scheme-concept", concept=iri)


def query_for(iri: str) -> str:
    """The query that finds who has a concept."""
    return f"SELECT ?subject ?property WHERE {{\n  ?subject ?property {NamedNode(iri)}\n}} ORDER BY ?property ?subject"


def _concept(facts: Facts, scheme: str, iri: str, base: str) -> Concept:
    own = f"{base}ontology#"
    codes = facts.values(iri, SKOS.notation.value)
    relations = [(words, facts.iris(iri, name)) for name, words in _RELATIONS.items()]
    return Concept(
        iri=iri,
        key=iri.removeprefix(f"{scheme}/"),
        labels=facts.texts(iri, SKOS.prefLabel.value),
        definitions=facts.texts(iri, SKOS.definition.value),
        other_labels=facts.values(iri, SKOS.altLabel.value),
        codes=[(each.datatype.rpartition("#")[2], each.value) for each in codes],
        rank=facts.first(iri, f"{own}rank"),
        since=facts.first(iri, f"{own}inForceFrom"),
        until=facts.first(iri, f"{own}inForceUntil"),
        relations=[(words, found) for words, found in relations if found],
        notes=[(words, note) for name, words in _NOTES.items() for note in facts.values(iri, name)],
    )


def _in_order(facts: Facts, concepts: dict[str, Concept]) -> Iterator[Concept]:
    """Each concept once, below the first that is broader; steps of a scale by rank, others by name."""
    below: dict[str, list[Concept]] = {}
    for iri, concept in concepts.items():
        wider = {*facts.iris(iri, SKOS.broader.value), *facts.pointing(SKOS.narrower.value, iri)}
        below.setdefault(min(wider & concepts.keys(), default=""), []).append(concept)
    seen: set[str] = set()

    def walk(parent: str, depth: int) -> Iterator[Concept]:
        for concept in sorted(below.get(parent, []), key=_place):
            if concept.iri not in seen:
                seen.add(concept.iri)
                concept.depth = min(depth, _DEEPEST)
                yield concept
                yield from walk(concept.iri, depth + 1)

    yield from walk("", 0)
    # Concepts that are each broader than the other would else be lost.
    yield from sorted((concept for iri, concept in concepts.items() if iri not in seen), key=_place)


def _place(concept: Concept) -> tuple[bool, int, str]:
    has_rank = concept.rank.lstrip("-").isdigit()
    return not has_rank, int(concept.rank) if has_rank else 0, next(iter(concept.labels.values()), "").casefold()


def _collections(facts: Facts, scheme: str, base: str) -> Iterable[tuple[tuple[str, int, str], Collection]]:
    """The collections, each with its place: by sort, ordinal number, name."""
    for iri in facts.of_type(*_COLLECTIONS):
        key = iri.removeprefix(f"{scheme}/")
        kind = key.rpartition("/")[0]
        listed = facts.members(facts.first(iri, SKOS.memberList.value))
        members = [each.value for each in listed] or facts.iris(iri, SKOS.member.value)
        label = facts.label(iri)
        ordinal = facts.first(iri, f"{base}ontology#ordinal")
        definition = facts.text(iri, SKOS.definition.value) or facts.text(iri, RDFS.comment.value)
        place = (kind, int(ordinal) if ordinal.isdigit() else 1000, label)
        yield place, Collection(iri, key, kind, label, definition, members, bool(listed))
