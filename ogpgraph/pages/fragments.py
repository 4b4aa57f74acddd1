"""Fragments of the data by pattern: a page of statements with their number and the controls that lead to all others.

Triple Pattern Fragments (https://linkeddatafragments.org/specification/triple-pattern-fragments/) of the default
graph, and of each named graph as a dataset of its own. In the forms that know graphs, what is said of the fragment
stands in a graph of its own, whose ``foaf:primaryTopic`` is the dataset.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from pyoxigraph import DefaultGraph, Literal, NamedNode, Quad, RdfFormat, Triple, serialize

from ogpgraph.pages.context import About, Ask, Context
from ogpgraph.pages.fragment_patterns import DATASET, GRAPH, PLACES, Pattern, address, spelled
from ogpgraph.pages.links import Links
from ogpgraph.pages.rdf_documents import triples_of
from ogpgraph.pages.terms import Row
from ogpgraph.pages.terms import Term as Shown
from ogpgraph.vocabulary import DCTERMS, FOAF, PREFIXES, RDF, VOID, XSD, Namespace, text

HYDRA = Namespace("http://www.w3.org/ns/hydra/core#")
# Up to here the matches are counted; beyond, the number is what VoID of the release says, or this one.
MOST_COUNTED = 100_000

_PREFIXES = PREFIXES | {"hydra": HYDRA.iri}
_WITH_GRAPHS = (RdfFormat.N_QUADS, RdfFormat.TRIG, RdfFormat.JSON_LD)
_WITHOUT_PREFIXES = (RdfFormat.N_TRIPLES, RdfFormat.N_QUADS)
_PROPERTIES = dict(zip(PLACES, (RDF.subject, RDF.predicate, RDF.object), strict=True))
_COLUMNS = dict(zip(PLACES, ("subject", "property", "value"), strict=True))
_LONGEST_SHOWN = 300  # characters of a literal


@dataclass(frozen=True, slots=True)
class Fragment:
    """A page of the statements that match a pattern; ``total`` is exact up to MOST_COUNTED, else an estimate."""

    pattern: Pattern
    rows: list[Row]
    total: int
    page: int
    most_rows: int
    has_next: bool

    @property
    def is_past_the_end(self) -> bool:
        """Whether there is no such page."""
        return self.page > 1 and not self.rows


@dataclass(frozen=True, slots=True)
class Addresses:
    """The URLs of a fragment as the client knows them: in metadata they must be those that it has asked for.

    ``interface``: that of the dataset, without a pattern; ``fragment``: without the number of a page; ``page``: the one
    that was asked for.
    """

    interface: str
    fragment: str
    page: str

    def page_number(self, number: int) -> str:
        """The URL of a page; the first one is the fragment."""
        if number == 1:
            return self.fragment
        return f"{self.fragment}{'&' if '?' in self.fragment else '?'}page={number}"


async def fragment_of(ask: Ask, pattern: Pattern, page: int, most_rows: int, total: int | None = None) -> Fragment:
    """A page of a fragment; ``total`` where it is known from before."""
    offset = (page - 1) * most_rows
    rows = await ask(pattern.selection(offset, most_rows + 1))
    has_next = len(rows) > most_rows
    if not has_next and (rows or page == 1):
        total = offset + len(rows)  # this is the last page
    elif total is None:
        total = await _total(ask, pattern)
    return Fragment(pattern, rows[:most_rows], max(total, offset + len(rows)), page, most_rows, has_next)


async def _total(ask: Ask, pattern: Pattern) -> int:
    """How many statements match: counted, or where there are too many the number that the release publishes."""
    counted = _number(await ask(pattern.counting(MOST_COUNTED)))
    published = pattern.published_count() if counted == MOST_COUNTED else None
    return max(counted, _number(await ask(published)) if published else 0)


def _number(rows: list[Row]) -> int:
    return int(rows[0]["number"].value) if rows else 0


def fragment_document(fragment: Fragment, addresses: Addresses, about: About, form: RdfFormat) -> str:
    """The page with its metadata and controls in a form of RDF."""
    prefixes = None if form in _WITHOUT_PREFIXES else _PREFIXES
    metadata = list(_metadata(fragment, addresses, about))
    data = triples_of(fragment.rows)
    found: list[Quad] | list[Triple]
    if form in _WITH_GRAPHS:
        apart = NamedNode(f"{addresses.page}#metadata")
        found = [_in_graph(triple, DefaultGraph()) for triple in data]
        found += [_in_graph(triple, apart) for triple in metadata]
    else:
        found = [*data, *metadata]
    raw = serialize(found, format=form, prefixes=prefixes)
    assert raw is not None
    return raw.decode()


def _in_graph(triple: Triple, graph: NamedNode | DefaultGraph) -> Quad:
    return Quad(triple.subject, triple.predicate, triple.object, graph)


def _metadata(fragment: Fragment, addresses: Addresses, about: About) -> Iterator[Triple]:
    """What the specification wants to be said of a fragment (sections 3.3 to 3.5)."""
    dataset, page = NamedNode(f"{addresses.interface}#dataset"), NamedNode(addresses.page)
    whole = NamedNode(addresses.fragment)
    yield Triple(NamedNode(f"{addresses.page}#metadata"), FOAF.primaryTopic, dataset)
    yield from _dataset(dataset, fragment.pattern.graph or DATASET, about)
    for each in dict.fromkeys((whole, page)):
        yield Triple(dataset, VOID.subset, each)
        yield Triple(each, VOID.triples, _integer(fragment.total))
        yield Triple(each, HYDRA.totalItems, _integer(fragment.total))
    if whole != page:
        yield Triple(whole, VOID.subset, page)
    yield Triple(page, RDF.type, HYDRA.PartialCollectionView)
    yield Triple(page, DCTERMS.title, text("Fragment of OGP Graph"))
    yield Triple(page, DCTERMS.description, Literal(f"Statements that match {fragment.pattern}"))
    yield Triple(page, DCTERMS.source, dataset)
    yield Triple(page, HYDRA.itemsPerPage, _integer(fragment.most_rows))
    yield Triple(page, HYDRA.first, NamedNode(addresses.page_number(1)))
    if fragment.page > 1 and not fragment.is_past_the_end:
        yield Triple(page, HYDRA.previous, NamedNode(addresses.page_number(fragment.page - 1)))
    if fragment.has_next:
        yield Triple(page, HYDRA.next, NamedNode(addresses.page_number(fragment.page + 1)))
    yield from _controls(dataset, addresses.interface)


def _dataset(dataset: NamedNode, source: NamedNode, about: About) -> Iterator[Triple]:
    """The dataset behind the fragments. How many triples it has is not said: clients take that for the fragment's."""
    yield Triple(dataset, RDF.type, VOID.Dataset)
    yield Triple(dataset, RDF.type, HYDRA.Collection)
    yield Triple(dataset, DCTERMS.title, text(f"OGP Graph {about.version}"))
    yield Triple(dataset, DCTERMS.license, NamedNode(about.licence))
    yield Triple(dataset, DCTERMS.source, source)


def _controls(dataset: NamedNode, interface: str) -> Iterator[Triple]:
    """The form that leads to every other fragment; its nodes have names, so that they are the same everywhere."""
    form = NamedNode(f"{interface}#pattern")
    yield Triple(dataset, HYDRA.search, form)
    yield Triple(form, RDF.type, HYDRA.IriTemplate)
    yield Triple(form, HYDRA.template, Literal(f"{interface}{{{'&' if '?' in interface else '?'}{','.join(PLACES)}}}"))
    yield Triple(form, HYDRA.variableRepresentation, HYDRA.ExplicitRepresentation)
    for place in PLACES:
        mapping = NamedNode(f"{interface}#{place}")
        yield Triple(form, HYDRA.mapping, mapping)
        yield Triple(mapping, RDF.type, HYDRA.IriTemplateMapping)
        yield Triple(mapping, HYDRA.variable, Literal(place))
        yield Triple(mapping, HYDRA.property, _PROPERTIES[place])


def _integer(number: int) -> Literal:
    return Literal(str(number), datatype=XSD.integer)


@dataclass(frozen=True, slots=True)
class Cell:
    """A term in the table of a page: how it is written, where all statements with it in this place are."""

    text: str
    note: str  # language or datatype
    href: str  # empty where it has no name
    page: str  # what its IRI opens; empty for literals, and for IRIs that are not of the web


def fragment_page(context: Context, fragment: Fragment, terms: dict[str, str]) -> str:
    """The page for people; ``terms`` are the parameters as they were asked for, by place."""
    graph = {GRAPH: terms.get(GRAPH, "")}
    return context.render(
        "fragments.html",
        fragment=fragment,
        is_estimate=fragment.total >= MOST_COUNTED and fragment.has_next,
        fields=[(place, terms.get(place, "")) for place in (*PLACES, GRAPH)],
        places=PLACES,
        table=[[_cell(context, place, row[_COLUMNS[place]], graph) for place in PLACES] for row in fragment.rows],
        first=(fragment.page - 1) * fragment.most_rows + 1,
        address=lambda page: address(context.path, terms, page),
    )


def _cell(context: Context, place: str, term: Shown, graph: dict[str, str]) -> Cell:
    if term.kind == "blank":
        return Cell("(unnamed node)", "", "", "")
    href = address(context.path, {place: _spelled(term)} | graph)
    if term.is_iri:
        return Cell(
            _abbreviated(term.value, context.links),
            "",
            href,
            context.links.page(term.value) if term.is_web_address else "",
        )
    cut = term.value[:_LONGEST_SHOWN] + "…" if len(term.value) > _LONGEST_SHOWN else term.value
    return Cell(cut, term.language or (_abbreviated(term.datatype, context.links) if term.datatype else ""), href, "")


def _spelled(term: Shown) -> str:
    if term.is_iri:
        return term.value
    if term.language:
        return spelled(Literal(term.value, language=term.language))
    return spelled(Literal(term.value, datatype=NamedNode(term.datatype) if term.datatype else None))


def _abbreviated(iri: str, links: Links) -> str:
    """An IRI with the longest prefix of the project that it has; below the base its path."""
    starts = [(len(start), name) for name, start in PREFIXES.items() if iri.startswith(start)]
    if starts:
        length, name = max(starts)
        return f"{name}:{iri[length:]}"
    return links.path(iri) or iri
