"""What stands first on the page of each kind of entity, by the three plans of Xanadu and by the real release."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import pyoxigraph
import pytest
from page_context import page
from pyoxigraph import DefaultGraph, Literal, NamedNode, Quad
from selectolax.lexbor import LexborHTMLParser, LexborNode

from ogpgraph.pages.entity import entity_page
from ogpgraph.settings import BASE

pytest_plugins = ["fixtures_three_plans"]

OGP = BASE + "ontology#"
TYPE = NamedNode("http://www.w3.org/1999/02/22-rdf-syntax-ns#type")
DAY = NamedNode("http://www.w3.org/2001/XMLSchema#date")
MOST_BYTES = 300_000


def tree_of(store: pyoxigraph.Store, path: str) -> LexborHTMLParser:
    return LexborHTMLParser(page(store, lambda context: entity_page(context, BASE + path), f"/page/{path}"))


def words(node: LexborNode | LexborHTMLParser | None) -> str:
    assert node is not None
    text = node.text(separator=" ") if isinstance(node, LexborNode) else node.text()
    return " ".join(text.split())


def key_facts(tree: LexborHTMLParser) -> dict[str, str]:
    facts = tree.css_first("dl.key")
    assert facts is not None
    return {words(name): words(value) for name, value in zip(facts.css("dt"), facts.css("dd"), strict=True)}


def rows_under(tree: LexborHTMLParser, heading: str) -> list[list[str]]:
    """The cells of the table after a heading."""
    title = next(each for each in tree.css("h2") if words(each) == heading)
    node = title.next
    while node is not None and not (node.tag in ("div", "table") and node.css("tr")):
        node = node.next
    assert node is not None, heading
    return [[words(cell) for cell in row.css("td, th")] for row in node.css("tbody tr")]


def crumbs(tree: LexborHTMLParser) -> list[str]:
    return [words(each) for each in tree.css("nav.crumbs[aria-label=Breadcrumb] ol > li")]


def hrefs(node: LexborNode | LexborHTMLParser) -> list[str]:
    return [each.attributes["href"] or "" for each in node.css("a")]


def test_member(xanadu_store: pyoxigraph.Store) -> None:
    tree = tree_of(xanadu_store, "id/member/XA")
    assert key_facts(tree)["Member since"] == "April 2014"
    plans = [hrefs(each)[0] for each in tree.css("ol.cards > li")]
    assert plans == [f"/page/id/plan/XA-{cycle}" for cycle in (2015, 2018, 2021)]
    assert "2 commitments" in words(tree.css("ol.cards > li")[0])
    assert words(tree.css_first("ol.timeline > li")).startswith("5 October 2016 – September 2017 Chair")
    assert tree.css_first("#lineage") is not None
    assert tree.css_first("#ratings") is not None


def test_plan(xanadu_store: pyoxigraph.Store) -> None:
    tree = tree_of(xanadu_store, "id/plan/XA-2015")
    assert crumbs(tree) == ["Xanadu", "XA-2015"]
    assert rows_under(tree, "Commitments") == [
        ["1", "XA0001: Opening the archives", "Archive Office", "Complete", "Marginal", "Yes"],
        ["2", "XA0002: Publish the budget", "Ministry of Domes", "Not Started", "not known", "not known"],
    ]
    headings = [words(each) for each in tree.css("h2")]
    assert {"Themes", "Reviews of the plan", "How the plan was made", "Documents"} <= set(headings)
    assert tree.css_first("#ratings") is not None


def test_commitment(xanadu_store: pyoxigraph.Store) -> None:
    tree = tree_of(xanadu_store, "id/commitment/XA0001")
    assert crumbs(tree) == ["Xanadu", "Xanadu Action Plan 2015-2017", "XA0001"]
    assert key_facts(tree)["Led by"] == "Archive Office"
    table = next(each for each in tree.css("table.ratings"))
    assert [words(each) for each in table.css("thead th a")] == ["Page header", "Midterm", "End of term"]
    completion = next(row for row in rows_under(tree, "Ratings") if row[0] == "completion")
    assert completion == ["completion", "Value drawn as a picture", "Limited", "Complete"]
    assert next(words(each) for each in table.css("i")) == "Value drawn as a picture"  # what is absent looks so
    assert rows_under(tree, "Milestones")[0] == ["1.1", "List what the archives hold.", "Semester 1 2016"]
    assert ["end date", "Not stated", "Not Specified"] in rows_under(tree, "Not known")
    differ = {row[0]: row[1:3] for row in rows_under(tree, "Where sources differ")}
    assert differ["lead institution"] == ["Archive Office", "Newest layout wins"]
    assert tree.css_first("#lineage") is not None


def test_milestone_stands_among_its_siblings(xanadu_store: pyoxigraph.Store) -> None:
    tree = tree_of(xanadu_store, "id/commitment/XA0001/milestone/1.1")
    assert crumbs(tree)[1:3] == ["Xanadu Action Plan 2015-2017", "XA0001: Opening the archives"]
    assert key_facts(tree)["That is"] == "1 January 2016 – 30 June 2016"
    steps = tree.css("ol.steps > li")
    assert [(words(each), "aria-current" in each.attributes) for each in steps] == [("1.1", True), ("1.2", False)]


def test_assessment_says_what_a_rating_means_on_its_scale(xanadu_store: pyoxigraph.Store) -> None:
    tree = tree_of(xanadu_store, "id/assessment/XA0001/end-of-term")
    assert crumbs(tree)[-2] == "XA0001: Opening the archives"
    completion = next(row for row in rows_under(tree, "Ratings") if row[0] == "completion")
    assert completion[1] == "Complete Everything the text promised had been done."
    scale = tree.css_first("ol.scale")
    assert scale is not None
    steps = ["No Evidence Available", "Not Started", "Limited", "Substantial", "Complete"]
    assert [words(each) for each in scale.css("li")] == steps
    assert [words(each) for each in scale.css("li[aria-current]")] == ["Complete"]
    assert rows_under(tree, "Not known") == [["potential impact", "Not reviewed", "NR"]]


def test_institution_has_names_with_sources_and_a_dated_succession(xanadu_store: pyoxigraph.Store) -> None:
    tree = tree_of(xanadu_store, "id/institution/xa/data-agency")
    changes = [words(each) for each in tree.css("ol.timeline > li")]
    assert changes[0] == "2 May 2017 Archive Office Became → Data Agency"
    assert changes[1].startswith("no date Data Agency Merged into → River Agency Inferred")
    before = tree_of(xanadu_store, "id/institution/xa/archive-office").css("ol.timeline > li")
    assert [words(each) for each in before] == changes  # the successor's changes belong to the story of the predecessor
    names = tree.css("ul.plain > li:has(details.sources)")
    assert words(names[0]).startswith("Data Agency 1 source")


def test_change(xanadu_store: pyoxigraph.Store) -> None:
    tree = tree_of(xanadu_store, "id/change/xa/archive-office-data-agency-2017")
    assert crumbs(tree)[:2] == ["Xanadu", "Archive Office"]
    assert words(tree.css_first("div.flow")) == "Archive Office Became → Data Agency"


def test_report(xanadu_store: pyoxigraph.Store) -> None:
    tree = tree_of(xanadu_store, "id/report/XA-2015-midterm")
    assert key_facts(tree)["Covers"] == "1 July 2015 – 30 June 2016"
    reviewed = [hrefs(each) for each in tree.css("ul.plain > li")]
    assert reviewed == [
        [f"/page/id/commitment/{each}", f"/page/id/assessment/{each}/midterm"] for each in ("XA0001", "XA0002")
    ]


def test_lineage_statement(xanadu_store: pyoxigraph.Store) -> None:
    tree = tree_of(xanadu_store, "id/lineage/XA0002-refocusedAs-XA0004")
    assert words(tree.css_first("h1")) == "XA0002 refocused as XA0004"
    ends = [words(each) for each in tree.css("div.flow > *")]
    assert ends[0] == "Earlier XA0002: Publish the budget Xanadu Action Plan 2015-2017"
    assert ends[1] == "refocused as →"
    assert ends[2] == "Later XA0004: Map the caverns Xanadu Action Plan 2018-2020"
    facts = key_facts(tree)
    assert (facts["Basis"], facts["Said by"]) == ("Inferred", "Curator")
    assert tree.css_first("span.basis.inferred") is not None
    meter = tree.css_first("meter[aria-label]")
    assert meter is not None
    assert meter.attributes["value"] == "0.4"


def test_initiative_tells_the_lineage_that_it_takes_part_in(xanadu_store: pyoxigraph.Store) -> None:
    tree = tree_of(xanadu_store, "id/initiative/xa/cavern-map")
    assert rows_under(tree, "Lineage, statement by statement")[0][:4] == [
        *("XA0004: Map the caverns", "replaced by", "this", "Stated 0.9"),
    ]


def test_source_and_its_graph(xanadu_store: pyoxigraph.Store) -> None:
    tree = tree_of(xanadu_store, "id/source/xa0001-l1-en")
    assert words(tree.css_first("h1")) == "Commitment page XA0001 (Layout 1, en)"
    facts = key_facts(tree)
    assert facts["Describes"] == "XA0001: Opening the archives"
    assert "Commitment page XA0001 (Layout 3, fr, machine translation)" in facts["Other captures of the same"]
    graph = NamedNode(BASE + "graph/source/xa0001-l1-en")
    number = sum(1 for _ in xanadu_store.quads_for_pattern(None, None, None, graph))
    assert facts["Its statements"].startswith(f"{number} statements")
    claims = rows_under(tree, "Where it differs from other sources")
    assert ["lead institution of XA0001: Opening the archives", "Ministry of Domes", "not taken over"] in claims
    tree = tree_of(xanadu_store, "graph/source/xa0001-l1-en")
    assert words(tree.css_first("p.lead")).startswith(f"{number} statements of Commitment page XA0001")
    assert len(tree.css("details.subject dd > div")) == number


def test_conflict_shows_what_stands_and_why(xanadu_store: pyoxigraph.Store) -> None:
    tree = tree_of(xanadu_store, "id/conflict/XA0001/leadInstitution")
    claims = {hrefs(each)[0]: "stands" in (each.attributes.get("class") or "") for each in tree.css("ul.claims > li")}
    assert claims == {
        "/page/id/source/xa-2015-plan": False,
        "/page/id/source/xa0001-l1-en": False,  # says more than what was taken over
        "/page/id/source/xa0001-l3-en": True,
    }
    assert "Settled by the rule Newest layout wins : Among claims" in words(tree.css_first("main"))


def test_policy_area_with_its_generations_and_commitments(xanadu_store: pyoxigraph.Store) -> None:
    tree = tree_of(xanadu_store, "scheme/policy-area/sub-national-governance")
    assert crumbs(tree)[0] == "Policy areas"
    facts = key_facts(tree)
    assert facts["Replaced by"] == "Subnational"
    assert facts["Nearly the same as"] == "Subnational"
    collections = next(each for each in tree.css("h2") if words(each) == "Generations and groups").next
    while collections is not None and collections.tag != "ul":
        collections = collections.next
    assert words(collections).startswith("First tag table The 42 tags")
    area = tree_of(xanadu_store, "scheme/policy-area/open-data")
    assert "/page/id/commitment/XA0001" in hrefs(area.css("div.lead-section")[0])


def test_concept_of_a_scale(xanadu_store: pyoxigraph.Store) -> None:
    tree = tree_of(xanadu_store, "scheme/completion/limited")
    steps = tree.css("ol.scale.wide > li")
    assert len(steps) == 5
    assert ["aria-current" in each.attributes for each in steps] == [False, False, True, False, False]


def test_collection_in_its_order(xanadu_store: pyoxigraph.Store) -> None:
    tree = tree_of(xanadu_store, "scheme/completion/scale")
    members = [each.rpartition("/")[2] for each in hrefs(tree.css("div.lead-section ol")[0])]
    assert members == ["no-evidence-available", "not-started", "limited", "substantial", "complete"]


def test_observation_beside_its_sisters(xanadu_store: pyoxigraph.Store) -> None:
    tree = tree_of(xanadu_store, "id/cube/star/star/yes")
    table = tree.css_first("table.bars")
    assert table is not None
    numbers = [int(words(each)) for each in table.css("td.number")]
    commitments = xanadu_store.quads_for_pattern(None, TYPE, NamedNode(OGP + "Commitment"), pyoxigraph.DefaultGraph())
    total = sum(1 for _ in commitments)
    assert sum(numbers) == total
    assert words(tree.css_first("p.lead")).endswith(f"of {total} commitments")
    assert [words(each) for each in table.css("tr[aria-current] th")] == ["Yes"]


def test_other_things_say_what_they_are(xanadu_store: pyoxigraph.Store) -> None:
    assert key_facts(tree_of(xanadu_store, "id/role/XA/chair-2016"))["held by"] == "Xanadu"
    assert key_facts(tree_of(xanadu_store, "id/commitment/XA0001/absence/endDate"))["reason"] == "Not stated"
    reference = tree_of(xanadu_store, "id/commitment/XA0001/reference/7")
    assert crumbs(reference)[2] == "XA0001: Opening the archives"
    theme = tree_of(xanadu_store, "id/plan/XA-2015/theme/1")
    assert hrefs(theme.css("ul.plain")[0]) == ["/page/id/commitment/XA0001"]


def test_a_change_without_ends_or_an_entity_with_its_class_alone_has_a_page() -> None:
    classes = [
        OGP + name for name in ("NationalMember", "ActionPlan", "Commitment", "Institution", "Assessment", "Conflict")
    ]
    classes += [OGP + "LineageStatement", OGP + "Source", OGP + "Milestone", "http://www.w3.org/ns/org#ChangeEvent"]
    classes += ["http://www.w3.org/2004/02/skos/core#Concept", "http://purl.org/linked-data/cube#Observation"]
    for name in classes:
        store = pyoxigraph.Store()
        store.add(Quad(NamedNode(BASE + "id/x"), TYPE, NamedNode(name)))
        store.add(Quad(NamedNode(BASE + "id/x"), NamedNode(OGP + "startDate"), Literal("2016-01-01", datatype=DAY)))
        assert words(tree_of(store, "id/x").css_first("h1")) == "x"


def test_every_class_of_the_release_has_a_page_of_bounded_length(store: pyoxigraph.Store) -> None:
    examples = store.query(
        "SELECT (MIN(?thing) AS ?first) WHERE { ?thing a ?class FILTER(isIRI(?thing)) } GROUP BY ?class"
    )
    assert isinstance(examples, pyoxigraph.QuerySolutions)
    iris = {row["first"].value for row in examples if row["first"] is not None}
    longest = ("id/member/FR", "id/plan/FR-2015", "scheme/policy-area/open-data", "scheme/absence/pending-irm-review")
    paths = sorted({iri.removeprefix(BASE) for iri in iris if iri.startswith(BASE)} | {*longest, "graph/ontology"})
    assert len(paths) > 30
    for path in paths:
        html = page(store, lambda context, path=path: entity_page(context, BASE + path))
        assert len(html.encode()) < MOST_BYTES, path
        tree = LexborHTMLParser(html)
        assert len(tree.css("h1")) == 1, path
        identifiers = [each.attributes["id"] for each in tree.css("[id]")]
        assert len(identifiers) == len(set(identifiers)), path
        assert [each for each in tree.css("[style]") if each.tag not in ("svg",)] == [], path


@pytest.mark.parametrize("path", ["id/member/FR", "id/commitment/FR0013", "id/plan/FR-2018"])
def test_labels_for_all_that_a_page_names(store: pyoxigraph.Store, path: str) -> None:
    tree = tree_of(store, path)
    unnamed = [
        target
        for each in tree.css("main a[href^='/page/']")
        if "/milestone/" not in (target := each.attributes["href"] or "") and words(each) == target.rpartition("/")[2]
    ]
    assert unnamed == []


def test_a_list_that_is_cut_says_how_many_there_are_and_asks_for_all(xanadu_store: pyoxigraph.Store) -> None:
    agency, lead = NamedNode(BASE + "id/institution/xa/data-agency"), NamedNode(OGP + "leadInstitution")
    before = xanadu_store.quads_for_pattern(None, lead, agency, DefaultGraph())
    led = {quad.subject.value for quad in before if isinstance(quad.subject, NamedNode)}
    assert not tree_of(xanadu_store, "id/institution/xa/data-agency").css("p.cut")
    store = pyoxigraph.Store()
    store.extend(xanadu_store)
    many = [NamedNode(f"{BASE}id/commitment/XA1{number:03}") for number in range(230)]
    store.extend(Quad(each, lead, agency) for each in many)
    tree = tree_of(store, "id/institution/xa/data-agency")
    told = tree.css_first("p.cut")
    supports = xanadu_store.quads_for_pattern(None, NamedNode(OGP + "supportInstitution"), agency, DefaultGraph())
    number = len(many) + len(led) + len(list(supports))
    assert words(told).startswith(
        f"Which commitments an institution leads or supports, plan by plan: the first 200 of {number}."
    )
    address = parse_qs(urlsplit(hrefs(told)[0]).query)
    found = store.query(address["query"][0])
    assert isinstance(found, pyoxigraph.QuerySolutions)
    assert {each.value for each in many} | led <= {row["commitment"].value for row in found}
