"""The page of the ontology: each term with what it means, how it stands to others, and how the release uses it.

::

    graph/ontology --ontology_of--> Ontology (terms) --class_diagram--> picture
    VoID, the data --uses_of, examples_of------------------------------> numbers and statements of each term
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from pyoxigraph import NamedNode

from ogpgraph.pages.class_diagram import class_diagram
from ogpgraph.pages.context import Context, NotFound
from ogpgraph.pages.facts import Facts
from ogpgraph.pages.known_vocabularies import by_vocabulary, compact
from ogpgraph.pages.labels import labels_of
from ogpgraph.pages.links import short
from ogpgraph.pages.ontology_terms import KINDS, Ontology, OwnTerm, ontology_of
from ogpgraph.pages.terms import Term
from ogpgraph.vocabulary import DCTERMS, OWL

_AT_ONCE = 30  # terms in one query for examples: an engine plans a long union in the square of its length
_DATASET = "id/dataset/ogp-graph"


@dataclass(slots=True)
class Example:
    """A statement of the data: for a class only the thing. ``graph`` is set where the default graph has none."""

    subject: Term
    value: Term | None = None
    graph: str = ""


@dataclass(slots=True)
class Use:
    """How a term is used: instances of a class or statements by a property, and those of each class's instances."""

    number: int = 0
    by_class: dict[str, int] = field(default_factory=dict)
    in_graphs: int = 0  # where the default graph has none: statements of captures that use it
    example: Example | None = None


async def ontology_page(context: Context) -> str:
    """The page of the ontology; NotFound where the release has none."""
    ontology = await read_ontology(context)
    uses = await uses_of(context, ontology.terms.values())
    labels = await labels_of(context, _mentioned(uses.values()))
    return await asyncio.to_thread(  # long enough to keep others waiting
        context.render,
        "ontology.html",
        ontology=ontology,
        facts=ontology.facts,
        about_it=_header(ontology),
        kinds=[(kind, ontology.of_kind(kind)) for kind in KINDS],
        uses=uses,
        labels=labels | ontology.labels(),
        diagram=class_diagram(ontology, {iri: use.number for iri, use in uses.items()}),
        reused=by_vocabulary(ontology.foreign()),
        queries={iri: context.links.query(query_for(term, uses[iri])) for iri, term in ontology.terms.items()},
        compact=compact,
    )


async def read_ontology(context: Context) -> Ontology:
    """The ontology of the release; NotFound where there is none."""
    home = context.links.base + "ontology"
    facts = Facts(await context.rows("ontology-graph", graph=f"{context.links.base}graph/ontology"))
    if home not in facts:
        raise NotFound(home)
    return ontology_of(facts, home)


async def uses_of(context: Context, terms: Iterable[OwnTerm]) -> dict[str, Use]:
    """How the release uses each term, with a statement as an example where there is one."""
    uses = {term.iri: Use() for term in terms}
    base = context.links.base
    for row in await context.rows("ontology-use", dataset=base + _DATASET, namespace=f"{base}ontology#"):
        number = int(row["number"].value)
        kind, name = row.get("class"), row.get("property")
        if name and name.value in uses:
            if kind:
                uses[name.value].by_class[kind.value] = number
            else:
                uses[name.value].number = number
        elif kind and not name and kind.value in uses:
            uses[kind.value].number = number
    await _add_examples(context, terms, uses)
    return uses


async def _add_examples(context: Context, terms: Iterable[OwnTerm], uses: dict[str, Use]) -> None:
    """An example for each term; from the graphs of captures where the default graph uses the term nowhere."""
    asked = [term for term in terms if term.kind != "Datatype"]
    for some in _batches(asked):
        await _ask_examples(context, some, uses)
    rest = [term for term in asked if uses[term.iri].example is None]
    for some in _batches(rest):
        await _ask_examples(context, some, uses, in_graphs=True)
    found = [term for term in rest if uses[term.iri].example]
    if found:
        for row in await context.ask(_counting(found)):
            uses[row["term"].value].in_graphs = int(row["number"].value)


def _batches(terms: list[OwnTerm]) -> Iterator[list[OwnTerm]]:
    return (terms[start : start + _AT_ONCE] for start in range(0, len(terms), _AT_ONCE))


async def _ask_examples(
    context: Context, terms: Iterable[OwnTerm], uses: dict[str, Use], in_graphs: bool = False
) -> None:
    parts = " UNION ".join(_first_use(term, in_graphs) for term in terms)
    for row in await context.ask(f"SELECT ?term ?graph ?subject ?value WHERE {{ {parts} }}"):
        graph = row["graph"].value if "graph" in row else ""
        uses[row["term"].value].example = Example(row["subject"], row.get("value"), graph)


def _counting(terms: Iterable[OwnTerm]) -> str:
    nodes = " ".join(str(NamedNode(term.iri)) for term in terms)
    pattern = f"VALUES ?term {{ {nodes} }} GRAPH ?graph {{ ?subject ?term ?value }}"
    return f"SELECT ?term (COUNT(*) AS ?number) WHERE {{ {pattern} }} GROUP BY ?term"


def _first_use(term: OwnTerm, in_graphs: bool) -> str:
    node = NamedNode(term.iri)
    statement = f"?subject a {node}" if term.is_class else f"?subject {node} ?value"
    pattern = f"GRAPH ?graph {{ {statement} }}" if in_graphs else statement
    return f"{{ SELECT ({node} AS ?term) ?graph ?subject ?value WHERE {{ {pattern} }} LIMIT 1 }}"


def query_for(term: OwnTerm, use: Use) -> str:
    """The query that finds all uses of a term."""
    namespace, prefixed = term.iri.removesuffix(term.name), f"ogp:{term.name}"
    if term.kind == "Datatype":
        names, pattern = (
            "?subject ?property ?value",
            f"?subject ?property ?value FILTER(DATATYPE(?value) = {prefixed})",
        )
    elif term.is_class:
        names, pattern = "?thing", f"?thing a {prefixed}"
    else:
        names, pattern = "?subject ?value", f"?subject {prefixed} ?value"
    if use.in_graphs:
        names, pattern = f"?graph {names}", f"GRAPH ?graph {{ {pattern} }}"
    return f"PREFIX ogp: <{namespace}>\nSELECT {names} WHERE {{\n  {pattern}\n}}"


def _header(ontology: Ontology) -> dict[str, Any]:
    """What the ontology says of itself, by the names that the template uses."""
    facts, home = ontology.facts, ontology.home
    dates = {name: facts.first(home, DCTERMS[name].value) for name in ("created", "issued", "modified")}
    return {
        "titles": facts.texts(home, DCTERMS.title.value),
        "abstracts": facts.texts(home, DCTERMS.description.value),
        "version": facts.first(home, OWL.versionInfo.value),
        "version_iri": facts.first(home, OWL.versionIRI.value),
        "licence": facts.first(home, DCTERMS.license.value),
        "citation": facts.text(home, DCTERMS.bibliographicCitation.value),
        "status": short(facts.first(home, "http://purl.org/ontology/bibo/status")),
        "creator": facts.first(home, DCTERMS.creator.value),
        "sources": facts.iris(home, DCTERMS.source.value),
        **dates,
    }


def _mentioned(uses: Iterable[Use]) -> Iterator[str]:
    for use in uses:
        yield from use.by_class
        if use.example:
            named = (use.example.subject, use.example.value)
            yield from (term.value for term in named if term and term.is_iri)
            if use.example.graph:
                yield use.example.graph
