"""What a publisher of linked data owes, item by item: 72 of them, each with the checks that hold it.

The items come from the Linked Data best practices of the W3C, Data on the Web Best Practices, the criteria for FAIR
vocabularies (FOOPS), DCAT 3, VoID, the SPARQL protocols, SHACL and Memento. A check is a test of another module, named
``module::test``, or a function of this one. An item that does not fit says why.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pyoxigraph
import pytest

from ogpgraph.release import Release
from ogpgraph.settings import BASE, PROJECT

pytest_plugins = ["fixtures_three_plans"]

TESTS = Path(__file__).resolve().parent
PREFIXES = f"""PREFIX ogp: <{BASE}ontology#> PREFIX owl: <http://www.w3.org/2002/07/owl#> BASE <{BASE}>
PREFIX dcterms: <http://purl.org/dc/terms/> PREFIX vann: <http://purl.org/vocab/vann/>
PREFIX sh: <http://www.w3.org/ns/shacl#>
PREFIX skos: <http://www.w3.org/2004/02/skos/core#> PREFIX prov: <http://www.w3.org/ns/prov#>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#> PREFIX xsd: <http://www.w3.org/2001/XMLSchema#>
"""
Check = Callable[[pyoxigraph.Store], None]
_CHECKS: dict[int, Check] = {}


def check(number: int) -> Callable[[Check], Check]:
    """A check of this module for an item."""

    def register(function: Check) -> Check:
        _CHECKS[number] = function
        return function

    return register


def values(store: pyoxigraph.Store, query: str) -> list[str]:
    """The first column of an answer."""
    return [row[0].value if row[0] is not None else "" for row in store.query(PREFIXES + query)]


# The other tests that hold an item.
HELD: dict[int, tuple[str, ...]] = {
    4: ("test_dereferencing::test_an_entity_sends_each_client_to_what_it_reads",),
    5: ("test_dereferencing::test_an_entity_sends_each_client_to_what_it_reads",),
    6: (
        "test_dereferencing::test_an_entity_sends_each_client_to_what_it_reads",
        "test_crawlers::test_the_sitemap_is_sent_compressed_and_has_a_tag",
    ),
    7: ("test_dereferencing::test_what_nobody_can_give_is_not_acceptable",),
    8: (
        "test_dereferencing::test_an_entity_sends_each_client_to_what_it_reads",
        "test_description::test_head_has_the_headers_of_get",
    ),
    9: ("test_serve::test_the_data_of_an_entity_are_its_statements_and_those_that_point_to_it",),
    10: ("test_dereferencing::test_an_entity_sends_each_client_to_what_it_reads",),
    11: (
        "test_dereferencing::test_what_was_merged_leads_to_what_took_its_place",
        "test_dereferencing::test_what_was_withdrawn_says_why",
    ),
    12: (
        "test_dereferencing::test_every_iri_opens_and_its_turtle_holds_its_statements",
        "test_dereferencing::test_what_only_an_older_version_knows_is_gone",
    ),
    13: (
        "test_crawlers::test_every_rule_is_replayed_and_leads_to_https",
        "test_crawlers::test_an_iri_is_sent_to_the_server",
    ),
    14: ("test_serve::test_a_script_of_any_page_may_ask",),
    18: (
        "test_ontology_pages::test_turtle_is_the_very_file_also_at_the_version_iri",
        "test_ontology_pages::test_the_version_iri_of_an_older_release_answers_with_its_file",
    ),
    26: ("test_ontology::test_every_own_term_is_named_once_in_each_language",),
    27: ("test_ontology::test_every_own_term_is_defined_in_english_and_french_and_never_twice",),
    28: ("test_ontology_pages::test_each_form_holds_what_the_file_of_the_release_holds",),
    29: ("test_ontology_pages::test_a_term_has_its_anchor_its_names_and_its_definitions",),
    30: ("test_crawlers::test_every_rule_is_replayed_and_leads_to_https",),
    31: ("test_ontology::test_every_own_term_has_an_example_and_says_where_it_is_defined",),
    32: ("test_ontology::test_every_predicate_of_the_data_is_of_a_known_vocabulary",),
    34: ("test_ontology::test_the_ontology_and_its_alignments_are_consistent_and_every_class_can_have_instances",),
    35: ("test_ontology::test_the_small_data_are_consistent_with_the_ontology",),
    36: (
        "test_ontology::test_every_own_term_is_named_once_in_each_language",
        "test_ontology::test_labels_of_terms_of_one_kind_differ",
    ),
    37: ("test_ontology_pages::test_a_deprecated_term_is_marked_and_names_what_replaced_it",),
    39: (
        "test_ontology::test_every_concept_is_labelled_defined_and_placed",
        "test_ontology::test_the_top_concepts_of_a_scheme_are_named_from_both_sides",
    ),
    45: (
        "test_void::test_the_counts_of_the_default_graph_are_what_sparql_counts",
        "test_void::test_partitions_of_the_default_graph_are_what_sparql_counts",
    ),
    46: ("test_description::test_the_documents_are_the_files_of_the_release",),
    41: ("test_dumps::test_the_catalogue_has_what_dcat_ap_asks_for",),
    42: (
        "test_dumps::test_the_catalogue_names_the_version_before_and_no_person",
        "test_dumps::test_patches_of_successive_releases_chain",
    ),
    43: (
        "test_release::test_the_catalogue_gives_type_size_and_checksum_of_each_distribution",
        "test_dumps::test_the_files_of_the_catalogue_are_where_it_says",
    ),
    44: ("test_release::test_compressed_files_hold_their_twins_and_no_clock",),
    47: ("test_release::test_every_rdf_file_is_read_alike_by_two_parsers",),
    48: ("test_release::test_two_builds_in_different_folders_are_equal_byte_for_byte",),
    55: ("test_conformance::test_the_parts_that_are_http_itself_are_whole",),
    56: (
        "test_description::test_it_names_every_graph_with_its_size",
        "test_conformance::test_the_parts_that_are_http_itself_are_whole",
    ),
    57: (
        "test_serve::test_select_in_each_result_format",
        "test_serve::test_construct_in_each_graph_format",
        "test_serve::test_every_way_to_ask_gives_the_same_answer",
    ),
    58: (
        "test_bombs::test_every_bomb_is_stopped_in_time_and_honestly",
        "test_description::test_it_says_what_the_endpoint_can",
    ),
    59: ("test_serve::test_a_write_is_refused_where_writing_is_off",),
    60: (
        "test_serve::test_a_call_of_another_endpoint_is_refused",
        "test_protocol::test_an_endpoint_that_is_not_listed_is_refused",
    ),
    61: ("test_serve::test_a_syntax_error_is_told_with_line_and_column",),
    62: (
        "test_examples::test_answer_is_the_expected_one",
        "test_void::test_the_editor_finds_every_example_as_its_file_has_it",
    ),
    63: ("test_shapes::test_the_header_has_version_and_licence",),
    65: ("test_shapes::test_good_twin_conforms_in_both_engines", "test_shapes::test_shapes_keep_the_authoring_rules"),
    66: ("test_shapes::test_every_class_shape_has_a_good_and_a_bad_twin",),
    67: (
        "test_release::test_warnings_stand_in_the_report_of_a_release",
        "test_conformance::test_the_results_can_be_handed_in_as_earl",
    ),
    68: (
        "test_versions::test_each_endpoint_answers_from_its_own_version",
        "test_versions::test_pages_and_data_of_a_version_stay_in_it",
    ),
    69: ("test_memento::test_a_time_gate_leads_to_what_was_in_force",),
    70: ("test_dereferencing::test_documents_link_to_the_entity_and_to_the_other_forms",),
    72: (
        "test_dumps::test_the_dataset_in_words_of_schema_org",
        "test_start::test_json_cannot_end_its_script",
    ),
}
# Why an item, or a part of one, is not held as it is written.
UNFIT: dict[int, str] = {
    38: "ontology and data share an edition; until 1.0 terms may change, and changes.txt says so",
    50: "a release is made at one time, which its catalogue gives; its graphs share its licence",
    51: "there are no quotes: texts are summaries in own words, so that no oa:exact has to be found anywhere",
    67: "a release does not know the suites: `python -m tests.w3c --earl FILE` writes their report",
}
ITEMS = range(1, 73)


@check(1)
def iris_keep_the_policy(store: pyoxigraph.Store) -> None:
    """Each IRI below id/ is a kind and at least one more part, in the characters that need no escape."""
    kinds = re.compile(rf"{re.escape(BASE)}id/[a-z-]+(/[A-Za-z0-9._~%-]+)+(#[A-Za-z-]+)?")
    subjects = values(store, "SELECT DISTINCT ?s { ?s ?p ?o FILTER(STRSTARTS(STR(?s), STR(<id/>))) }")
    assert len(subjects) > 2000
    assert [each for each in subjects if not kinds.fullmatch(each)] == []


@check(2)
def iris_name_no_technique(store: pyoxigraph.Store) -> None:
    subjects = values(store, "SELECT DISTINCT ?s { ?s ?p ?o FILTER(STRSTARTS(STR(?s), STR(<id/>))) }")
    technical = re.compile(r"\?|:\d|session|\.(html?|php|ttl|rdf|jsonld|json|xml|nt)$")
    assert [each for each in subjects if technical.search(each.removeprefix(BASE))] == []


@check(3)
def blank_nodes_are_lists_and_expressions_of_owl_only(store: pyoxigraph.Store) -> None:
    found = values(store, "SELECT DISTINCT ?p { ?s ?p ?o FILTER(isBlank(?s)) }")
    assert {re.sub(r"[^#]*$", "", each) for each in found} <= {
        "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
        "http://www.w3.org/2002/07/owl#",
    }


@check(15)
def the_namespace_is_persistent(store: pyoxigraph.Store) -> None:
    assert BASE == "https://w3id.org/ogpgraph/"
    assert values(store, "SELECT ?n { ?o a owl:Ontology ; vann:preferredNamespaceUri ?n }") == [f"{BASE}ontology#"]


@check(16)
def the_ontology_is_named_without_its_hash(store: pyoxigraph.Store) -> None:
    assert f"{BASE}ontology" in values(store, "SELECT ?o { ?o a owl:Ontology }")


@check(17)
def the_ontology_has_a_version_iri(store: pyoxigraph.Store) -> None:
    (version,) = values(store, "SELECT ?v { <ontology> owl:versionIRI ?v }")
    assert version.startswith(f"{BASE}ontology/")


@check(19)
def the_ontology_names_its_prefix(store: pyoxigraph.Store) -> None:
    assert values(store, "SELECT ?p { <ontology> vann:preferredNamespacePrefix ?p }") == ["ogp"]


@check(20)
def the_ontology_has_its_first_metadata(store: pyoxigraph.Store) -> None:
    for name in ("dcterms:title", "dcterms:license", "dcterms:creator", "owl:versionInfo"):
        assert values(store, f"SELECT ?v {{ <ontology> {name} ?v }}"), name
    assert values(store, "SELECT ?v { <ontology> dcterms:description|dcterms:abstract ?v }")


@check(21)
def the_ontology_has_its_further_metadata(store: pyoxigraph.Store) -> None:
    for name in ("dcterms:created", "dcterms:modified", "dcterms:publisher", "dcterms:contributor"):
        assert values(store, f"SELECT ?v {{ <ontology> {name} ?v }}"), name
    assert values(store, "SELECT ?v { <ontology> dcterms:bibliographicCitation ?v }")
    assert values(store, "SELECT ?v { <ontology> <http://purl.org/ontology/bibo/status> ?v }")


@check(22)
def the_licence_is_that_of_creative_commons(store: pyoxigraph.Store) -> None:
    found = set(values(store, "SELECT ?v { VALUES ?t { <ontology> <id/dataset/ogp-graph> } ?t dcterms:license ?v }"))
    assert found == {"https://creativecommons.org/licenses/by/4.0/"}


@check(23)
def the_ontology_says_what_it_comes_from(store: pyoxigraph.Store) -> None:
    assert values(store, "SELECT ?v { <ontology> dcterms:source|prov:wasDerivedFrom ?v }")


@check(24)
def metadata_of_the_ontology_come_from_known_vocabularies(store: pyoxigraph.Store) -> None:
    known = ("http://purl.org/", "http://www.w3.org/", "http://xmlns.com/foaf/", "https://schema.org/")
    found = values(store, "SELECT DISTINCT ?p { <ontology> ?p ?v }")
    assert [each for each in found if not each.startswith(known)] == []


@check(25)
def at_least_five_vocabularies_are_reused(store: pyoxigraph.Store) -> None:
    found = values(store, "SELECT DISTINCT ?p { ?s ?p ?o }")
    spaces = {re.sub(r"[^/#]*$", "", each) for each in found}
    reused = {"http://purl.org/dc/terms/", "http://www.w3.org/2004/02/skos/core#", "http://www.w3.org/ns/prov#"}
    assert reused | {"http://www.w3.org/ns/org#", "http://www.w3.org/ns/dcat#"} <= spaces


@check(33)
def no_axiom_is_about_a_term_of_others(store: pyoxigraph.Store) -> None:
    """Only declarations: what OWL needs to know the kind of a term that is used."""
    axioms = "rdfs:subClassOf rdfs:subPropertyOf rdfs:domain rdfs:range owl:equivalentClass owl:inverseOf"
    query = f"SELECT ?s {{ VALUES ?p {{ {axioms} }} ?s ?p ?o FILTER(isIRI(?s) && !STRSTARTS(STR(?s), STR(<>))) }}"
    assert values(store, query) == []


@check(40)
def schemes_have_no_cycle_no_double_match_no_double_notation(store: pyoxigraph.Store) -> None:
    assert values(store, "SELECT ?c { ?c skos:broader+ ?c }") == []
    double = "?c skos:exactMatch ?a, ?b . ?a skos:inScheme ?s . ?b skos:inScheme ?s FILTER(STR(?a) < STR(?b))"
    assert values(store, f"SELECT ?c {{ {double} }}") == []
    # A notation of an edition of OGP's code books repeats what that edition gave to several values.
    notation = "?a skos:inScheme ?s ; skos:notation ?n . ?b skos:inScheme ?s ; skos:notation ?n"
    notation += " FILTER(STR(?a) < STR(?b) && !STRSTARTS(STR(DATATYPE(?n)), STR(<ontology#>)))"
    assert values(store, f"SELECT ?n {{ {notation} }}") == []


@check(41)
def the_dataset_describes_itself(store: pyoxigraph.Store) -> None:
    for name in ("title", "description", "license", "issued", "publisher"):
        assert values(store, f"SELECT ?v {{ <id/dataset/ogp-graph> dcterms:{name} ?v }}"), name


@check(49)
def the_dataset_names_what_it_conforms_to(store: pyoxigraph.Store) -> None:
    found = values(store, "SELECT ?v { <id/dataset/ogp-graph> dcterms:conformsTo ?v }")
    for name in ("ontology", "shapes"):
        assert [each for each in found if re.fullmatch(rf"{re.escape(BASE)}{name}(/[^/]+)?", each)], name


@check(50)
def every_graph_of_a_source_says_where_it_is_from(store: pyoxigraph.Store) -> None:
    graphs = {each.value for each in store.named_graphs() if "/graph/source/" in each.value}
    assert graphs
    assert graphs <= set(values(store, "SELECT ?g { ?s a ogp:Source ; ogp:graph ?g }"))


@check(51)
def every_assessment_has_a_source(store: pyoxigraph.Store) -> None:
    without = "?a a ogp:Assessment FILTER NOT EXISTS { GRAPH ?g { ?a ?p ?o } FILTER(CONTAINS(STR(?g), '/graph/')) }"
    assert values(store, f"SELECT ?a {{ {without} }}") == []


@check(52)
def texts_have_a_language_and_dates_are_dates(store: pyoxigraph.Store) -> None:
    texts = "VALUES ?p { rdfs:label skos:prefLabel skos:definition dcterms:title dcterms:description }"
    # SSSOM's RDF writes what is said of a set of mappings as plain strings; its rdfs:label has a language.
    plain = "FILTER(LANG(?o) = '' && !(?p != rdfs:label && EXISTS { ?s a <https://w3id.org/sssom/MappingSet> }))"
    assert values(store, f"SELECT ?s {{ {texts} ?s ?p ?o {plain} }} LIMIT 5") == []
    dates = "?s ?p ?o FILTER(DATATYPE(?o) IN (xsd:date, xsd:gYear, xsd:gYearMonth, xsd:dateTime))"
    found = [row[0].value for row in store.query(f"{PREFIXES}SELECT DISTINCT (STR(?o) AS ?day) {{ {dates} }}")]
    assert len(found) > 100
    assert [each for each in found if not _is_day(each)] == []


def _is_day(text: str) -> bool:
    """Whether a text is a day, a month or a year of the calendar, with or without a time."""
    try:
        date.fromisoformat((text.partition("T")[0] + "-01-01")[:10])
    except ValueError:
        return False
    return True


@check(53)
def links_to_others_have_the_form_of_their_targets(store: pyoxigraph.Store) -> None:
    forms = {
        "http://publications.europa.eu/": r"http://publications\.europa\.eu/resource/authority/[a-z-]+/[A-Z0-9_]+",
        "http://www.wikidata.org/": r"http://www\.wikidata\.org/entity/[QP]\d+",
    }
    found = values(store, "SELECT DISTINCT ?o { ?s skos:exactMatch|skos:closeMatch|owl:sameAs ?o FILTER(isIRI(?o)) }")
    assert found
    for start, form in forms.items():
        assert [each for each in found if each.startswith(start) and not re.fullmatch(form, each)] == []


@check(54)
def what_is_missing_is_explained(store: pyoxigraph.Store) -> None:
    reasons = values(store, "SELECT DISTINCT ?r { ?n a ogp:Absence ; ogp:reason|ogp:absent ?r }")
    concepts = values(store, "SELECT ?c { ?c skos:inScheme <scheme/absence> ; skos:definition ?d }")
    assert concepts
    assert set(reasons) <= set(concepts)


@check(64)
def the_data_or_the_ontology_name_the_shapes(store: pyoxigraph.Store) -> None:
    named = values(
        store, "SELECT ?s { VALUES ?p { sh:shapesGraph sh:suggestedShapesGraph dcterms:conformsTo } ?s ?p <shapes> }"
    )
    assert named


@check(71)
def licences_and_citation_are_those_of_the_data(store: pyoxigraph.Store) -> None:
    assert "Apache License" in (PROJECT / "LICENSE").read_text("utf-8")
    assert "creativecommons.org/licenses/by/4.0" in (PROJECT / "LICENSE-DATA.md").read_text("utf-8")
    citation = (PROJECT / "CITATION.cff").read_text("utf-8")
    assert "CC-BY-4.0" in citation
    (version,) = values(store, "SELECT ?v { <id/dataset/ogp-graph> owl:versionInfo ?v }")
    assert f'version: "{version.partition("-")[0]}"' in citation


@pytest.mark.parametrize("number", sorted(_CHECKS), ids=lambda number: f"{number}-{_CHECKS[number].__name__}")
def test_item(number: int, release: Release, store: pyoxigraph.Store) -> None:
    _CHECKS[number](store)


@pytest.mark.parametrize("number", ITEMS)
def test_every_item_is_held_by_something(number: int) -> None:
    assert HELD.get(number) or number in _CHECKS or UNFIT.get(number)
    for name in HELD.get(number, ()):
        module, _, test = name.partition("::")
        tree = ast.parse((TESTS / f"{module}.py").read_text("utf-8"))
        assert test in {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}, name
