"""Completion and early results as bars: every commitment counts, and what is not known is drawn as not known."""

from __future__ import annotations

from collections.abc import Iterator
from xml.etree import ElementTree

import pyoxigraph
import pytest
from page_context import page
from pyoxigraph import Literal, NamedNode, Quad
from selectolax.lexbor import LexborHTMLParser, LexborNode

from ogpgraph.pages.charts import Chart, charts_of, ratings_section
from ogpgraph.pages.context import Context, NotFound
from ogpgraph.settings import BASE
from ogpgraph.vocabulary import OGP, QB, RDF, RDFS, SKOS, XSD

SVG = "{http://www.w3.org/2000/svg}"
COMPLETION = {"not-started": 1, "limited": 2, "substantial": 3, "complete": 4, "withdrawn": None}
EARLY_RESULTS = {"marginal": 2, "outstanding": 4}
# Of each cycle: a value of which rating, and how many commitments have it.
COUNTS = {
    "2015": {"completion/complete": 6, "completion/limited": 3, "completion/withdrawn": 1, "absence/no-data": 10},
    "2018": {"absence/no-data": 5},
}
RESULTS = {"2015": {"early-results/marginal": 1, 'absence/<b>&"': 19}}


def node(path: str) -> NamedNode:
    return NamedNode(BASE + path.replace('<b>&"', "odd"))


def quads() -> Iterator[Quad]:
    for year in ("2015", "2018", "2021"):
        plan = node(f"id/plan/XX-{year}")
        yield from (Quad(plan, RDF.type, OGP.ActionPlan), Quad(plan, OGP.member, node("id/member/XX")))
        yield from (
            Quad(plan, OGP.cycle, Literal(year)),
            Quad(plan, RDFS.label, Literal(f"Plan {year}", language="en")),
        )
    yield Quad(node("scheme/absence/odd"), SKOS.prefLabel, Literal('Odd <b>&"', language="en"))
    for scheme, values in (("completion", COMPLETION), ("early-results", EARLY_RESULTS)):
        for value, rank in values.items():
            yield Quad(node(f"scheme/{scheme}/{value}"), SKOS.inScheme, node(f"scheme/{scheme}"))
            if rank is not None:
                yield Quad(node(f"scheme/{scheme}/{value}"), OGP.rank, Literal(str(rank), datatype=XSD.integer))
    for name, dimension, counts in (
        ("completion", OGP.refCompletion, COUNTS),
        ("early-results", OGP.refEarlyResults, RESULTS),
    ):
        for cycle, by_value in counts.items():
            for value, number in by_value.items():
                yield from observation(name, dimension, cycle, value, number)
    yield from rated("a", "midterm", "limited")
    yield from rated("a", "end-of-term", "limited")
    yield from rated("b", "midterm", "complete")
    yield from rated("b", "self-assessment-end-of-term", "complete")


def observation(name: str, dimension: NamedNode, cycle: str, value: str, number: int) -> Iterator[Quad]:
    found = node(f"id/cube/{name}/{cycle}/{value}")
    yield Quad(found, QB.dataSet, node(f"id/cube/{name}-by-member-and-cycle"))
    yield Quad(found, OGP.refMember, node("id/member/XX"))
    yield Quad(found, OGP.refCycle, Literal(cycle))
    yield Quad(found, dimension, node(f"scheme/{value}"))
    yield Quad(found, OGP.commitmentsCounted, Literal(str(number), datatype=XSD.integer))


def rated(name: str, phase: str, value: str) -> Iterator[Quad]:
    commitment, assessment = node(f"id/commitment/{name}"), node(f"id/assessment/{name}/{phase}")
    yield Quad(commitment, OGP.member, node("id/member/XX"))
    yield Quad(commitment, OGP.cycle, Literal("2015"))
    yield Quad(commitment, OGP.latestCompletion, node(f"scheme/completion/{value}"))
    yield Quad(assessment, OGP.assesses, commitment)
    yield Quad(assessment, OGP.phase, node(f"scheme/phase/{phase}"))
    yield Quad(assessment, OGP.completion, node(f"scheme/completion/{value}"))


@pytest.fixture(scope="module")
def xland() -> pyoxigraph.Store:
    store = pyoxigraph.Store()
    store.extend(list(quads()))
    return store


def charts(store: pyoxigraph.Store, path: str) -> list[Chart]:
    found: list[Chart] = []

    async def make(context: Context) -> str:
        found.extend(await charts_of(context, BASE + path))
        return ""

    page(store, make)
    return found


def section(store: pyoxigraph.Store, path: str, root: str = "") -> LexborHTMLParser:
    async def make(context: Context) -> str:
        return await ratings_section(context, BASE + path)

    return LexborHTMLParser(page(store, make, root=root))


def parts(drawing: str) -> list[ElementTree.Element]:
    return list(ElementTree.fromstring(drawing).findall(f"{SVG}svg"))


def test_a_plan_has_a_bar_for_each_rating_with_its_counts(xland: pyoxigraph.Store) -> None:
    completion, results = charts(xland, "id/plan/XX-2015")
    assert (completion.title, results.title) == ("Completion", "Early results")
    (bar,) = completion.bars
    assert bar.total == 20
    drawn = [(part.get("class"), part.findtext(f"{SVG}title"), part.get("width")) for part in parts(bar.drawing)]
    assert drawn == [
        ("part rated level-2", "limited: 3", "15.000%"),
        ("part rated level-4", "complete: 6", "30.000%"),
        ("part unranked", "withdrawn: 1", "5.000%"),
        ("part absent", "no-data: 10", "50.000%"),
    ]
    assert [part.get("x") for part in parts(bar.drawing)] == ["0.000%", "15.000%", "45.000%", "50.000%"]


def test_the_number_stands_in_every_part_and_the_name_where_it_fits(xland: pyoxigraph.Store) -> None:
    (bar,) = charts(xland, "id/plan/XX-2015")[0].bars
    written = [part.findtext(f"{SVG}text") for part in parts(bar.drawing)]
    assert written == ["3 limited", "6 complete", "1", "10 no-data"]


def test_a_member_has_a_bar_for_each_plan_that_is_counted_all_to_one_scale(xland: pyoxigraph.Store) -> None:
    completion, results = charts(xland, "id/member/XX")
    assert [(bar.plan.title, bar.total) for bar in completion.bars] == [("Plan 2015", 20), ("Plan 2018", 5)]
    assert [bar.plan.title for bar in results.bars] == ["Plan 2015"]
    (part,) = parts(completion.bars[1].drawing)
    assert (part.get("class"), part.get("width")) == ("part absent", "25.000%")


def test_absences_are_told_apart_from_ratings_and_from_zero(xland: pyoxigraph.Store) -> None:
    tree = section(xland, "id/member/XX")
    table = tree.css("table.rating-table")[0]
    groups = {
        texts(group, "th[scope=rowgroup]")[0]: {texts(row, "th")[0]: texts(row, "td") for row in group.css("tr")[1:]}
        for group in table.css("tbody")
    }
    assert groups == {
        "Rated": {"limited": ["3", "0"], "complete": ["6", "0"], "withdrawn": ["1", "0"]},
        "Not known, because": {"no-data": ["10", "5"]},
    }
    assert texts(table, "tfoot td") == ["20", "5"]
    assert [texts(table, "thead th")[0], *texts(table, "thead th.number")] == ["Completion", "2015", "2018"]


def test_the_phase_is_the_latest_of_those_that_count(xland: pyoxigraph.Store) -> None:
    completion, results = charts(xland, "id/member/XX")
    assert completion.bars[0].phases == (("end-of-term", 1), ("midterm", 1))
    assert (completion.bars[1].phases, results.bars[0].phases) == ((), ())
    said = texts(section(xland, "id/member/XX"), ".rating-row p")
    assert said[0].endswith("rated by phase: end-of-term (1), midterm (1)")
    assert said[1].endswith("no rating known")


def test_a_bar_says_what_it_shows(xland: pyoxigraph.Store) -> None:
    bar = section(xland, "id/plan/XX-2015").css("svg.rating-bar")[0]
    assert bar.attributes["role"] == "img"
    assert bar.attributes["aria-label"] == "Completion, Plan 2015: limited 3, complete 6, withdrawn 1, no-data 10"


def test_the_key_names_every_value_and_links_to_it(xland: pyoxigraph.Store) -> None:
    tree = section(xland, "id/plan/XX-2015", root="/versions/1")
    keys = tree.css("ul.rating-key")[0].css("li a")
    assert [each.attributes["href"] for each in keys] == [
        f"/versions/1/page/scheme/{value}"
        for value in ("completion/limited", "completion/complete", "completion/withdrawn", "absence/no-data")
    ]


def test_labels_are_data(xland: pyoxigraph.Store) -> None:
    tree = section(xland, "id/plan/XX-2015")
    assert tree.css("b") == []
    assert 'Odd <b>&"' in texts(tree, ".rating-key li a")
    assert parts(charts(xland, "id/plan/XX-2015")[1].bars[0].drawing)[1].findtext(f"{SVG}title") == 'Odd <b>&": 19'


@pytest.mark.parametrize("path", ["id/plan/XX-2021", "id/plan/XX-1999", "id/commitment/a"])
def test_where_nothing_is_counted_there_is_no_section(xland: pyoxigraph.Store, path: str) -> None:
    assert charts(xland, path) == []
    with pytest.raises(NotFound):
        section(xland, path)


def test_every_commitment_of_a_real_plan_counts_once(store: pyoxigraph.Store) -> None:
    query = f"SELECT ?c WHERE {{ ?c a <{OGP.Commitment.value}> ; <{OGP.inPlan.value}> <{BASE}id/plan/FR-2018> }}"
    solutions = store.query(query)
    assert isinstance(solutions, pyoxigraph.QuerySolutions)
    commitments = len(list(solutions))
    assert commitments > 0
    for chart in charts(store, "id/plan/FR-2018"):
        assert [bar.total for bar in chart.bars] == [commitments]
        (bar,) = chart.bars
        widths = [float(str(part.get("width")).rstrip("%")) for part in parts(bar.drawing)]
        assert sum(widths) == pytest.approx(100, abs=0.1)
        rated_in_phases = sum(number for _, number in bar.phases)
        values = {value.iri: value.kind for value in chart.values}
        assert rated_in_phases == sum(n for iri, n in bar.counts.items() if values[iri] != "absent")


def texts(tree: LexborHTMLParser | LexborNode, selector: str) -> list[str]:
    return [" ".join(each.text().split()) for each in tree.css(selector)]
