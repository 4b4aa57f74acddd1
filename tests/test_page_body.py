"""The bodies of commitment pages as RDF: own pages through ``read_file`` and ``lift``, then asked.

The last tests add the seed pages to the project's own data; they run only where that folder stands beside the checkout.
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from pathlib import Path

import pytest
from pyoxigraph import DefaultGraph, NamedNode, Quad, RdfFormat, Triple, parse
from three_plans import Triples

from ogpgraph import iris
from ogpgraph import records as r
from ogpgraph.build import build
from ogpgraph.lift import lift, lift_vocabularies
from ogpgraph.problems import Problem, Severity
from ogpgraph.read.sources import read_file
from ogpgraph.release import Release, judge
from ogpgraph.settings import BASE, PROJECT
from ogpgraph.vocabulary import DCTERMS, FOAF, OGP, Vocabulary

pytest_plugins = ["fixtures_three_plans"]

PAGES = Path(__file__).resolve().parent / "bodies"
SEEDS = PROJECT.parent / "shared" / "seeds"
with_seeds = pytest.mark.skipif(not SEEDS.is_dir(), reason="shared folder not there")


def records(*names: str) -> list[r.Record]:
    """The records of pages of ours."""
    found = [found for name in names for found in read_file(PAGES / f"{name}.txt", Vocabulary())]
    return [record for record in found if not isinstance(record, Problem)]


def lifted(vocabulary: Vocabulary, found: Iterable[r.Record]) -> set[Quad]:
    return lift(r.Collection(found), vocabulary)


def source_of(found: Iterable[r.Record], commitment_id: str = "") -> str:
    """The key under which a page was read."""
    documents = [record for record in found if isinstance(record, r.SourceDocument) and record.commitment]
    return next(d.key for d in documents if d.commitment and d.commitment.id.endswith(commitment_id))


@pytest.fixture(scope="module")
def pages() -> list[r.Record]:
    return records("qz0102", "qz0105", "qz0140")


@pytest.fixture(scope="module")
def quads(pages: list[r.Record], vocabulary: Vocabulary) -> set[Quad]:
    return lifted(vocabulary, pages)


@pytest.fixture(scope="module")
def graph(quads: set[Quad]) -> Triples:
    return Triples(quads)


def violations_of(quads: set[Quad]) -> list[Problem]:
    problems, _ = judge(quads | set(lift_vocabularies()))
    return [problem for problem in problems if problem.severity is Severity.VIOLATION]


def test_pages_alone_conform(quads: set[Quad]) -> None:
    assert violations_of(quads) == []


def test_text_stands_in_the_graph_of_the_capture_and_in_the_default_graph(
    quads: set[Quad], pages: list[r.Record]
) -> None:
    found = {
        (str(quad.object.value).split(".")[0], quad.object.language, quad.graph_name)
        for quad in quads
        if quad.predicate == OGP["text"] and quad.subject == iris.commitment("QZ0102")
    }
    words = "Passengers wait at quays for ferries that never come"
    key = source_of(pages, "QZ0102")
    assert found == {(words, "en", DefaultGraph()), (words, "en", iris.source_graph(key))}


MILESTONES = {
    "QZ0102/milestone/1": (
        "Write down the timetables of all quays during 2016",
        *("2016-01-01", "2016-12-31", "during-year"),
    ),
    "QZ0102/milestone/2": ("Publish the timetables by the end of 2016", "", "2016-12-31", "by-end-of-year"),
    "QZ-2015/12.1/milestone/1": ("Buy forty clocks in May 2015", "2015-05-01", "2015-05-31", "month"),
    "QZ0140/milestone/1": ("Ask the harbour masters", "2019-07-01", "2019-09-30", "quarter"),
}


@pytest.mark.parametrize("path", MILESTONES)
def test_milestones_are_nodes_of_the_commitment_that_they_belong_to(graph: Triples, path: str) -> None:
    node = f"commitment/{path}"
    words, start, end, kind = MILESTONES[path]
    assert graph.of(node, DCTERMS.description) == {f"{words}@en"}
    assert graph.of(node, "dueStart") == ({start} if start else set())
    assert graph.of(node, "dueEnd") == ({end} if end else set())
    assert graph.of(node, "milestoneOf") == {node.partition("/milestone/")[0]}
    assert graph.of(node, "number") == {path.rpartition("/")[2]}
    assert graph.of(node, "periodKind") == {f"scheme/period/{kind}"}


def test_a_sibling_without_an_id_is_named_by_plan_and_number(graph: Triples) -> None:
    sibling = "commitment/QZ-2015/12.1"
    assert graph.of(sibling, "planNumber") == {"12.1"}
    assert graph.of(sibling, "inPlan") == {"plan/QZ-2015"}
    assert graph.of(sibling, "cycle") == {"2015"}
    assert graph.of(sibling, DCTERMS.title) == {"Commitment 12.1@en"}
    assert graph.of(sibling, DCTERMS.identifier) == set()
    assert graph.of("assessment/QZ-2015/12.1/midterm", "completion") == {"scheme/completion/withdrawn"}
    assert graph.of("assessment/QZ0102/midterm", "completion") == {"scheme/completion/limited"}


def test_a_sibling_is_left_out_where_the_plan_is_not_known(vocabulary: Vocabulary) -> None:
    found = [without(record, "action_plan") for record in records("qz0102")]
    graph = Triples(lifted(vocabulary, found))
    assert graph.of("commitment/QZ-2015/12.1", "planNumber") == set()
    assert graph.of("assessment/QZ-2015/12.1/midterm", "completion") == set()
    assert graph.of("assessment/QZ0102/midterm", "completion") == {"scheme/completion/limited"}


def without(record: r.Record, key: str) -> r.Record:
    if not isinstance(record, r.SourceDocument) or record.commitment is None:
        return record
    page = r.CommitmentPage(**record.commitment.model_dump(exclude_unset=True, exclude={key}))
    return record.model_copy(update={"commitment": page})


def test_a_sibling_whose_page_is_read_too_gets_its_statements(vocabulary: Vocabulary) -> None:
    """The page of 12.1 prints its number: then the other page's words about 12.1 lead there."""
    sibling = next(d for d in records("qz0105") if isinstance(d, r.SourceDocument) and d.commitment)
    assert sibling.commitment is not None
    page = r.CommitmentPage(**(sibling.commitment.model_dump(exclude_unset=True) | {"id": "QZ0101", "number": "12.1"}))
    found = [*records("qz0102"), sibling.model_copy(update={"commitment": page})]
    graph = Triples(lifted(vocabulary, found))
    assert graph.of("commitment/QZ0101", "fate") == {"scheme/fate/withdrawn"}
    assert graph.of("commitment/QZ0101", "planNumber") == {"12.1"}
    assert graph.of("commitment/QZ-2015/12.1", "planNumber") == set()
    assert "commitment/QZ0101" in graph.of("commitment/QZ-2015/12", "splitInto")


def test_assessments_have_phase_assessor_values_and_report(graph: Triples) -> None:
    node = "assessment/QZ0102/end-of-term"
    assert graph.of(node, "assesses") == {"commitment/QZ0102"}
    assert graph.of(node, "phase") == {"scheme/phase/end-of-term"}
    assert graph.of(node, "assessedBy") == {"scheme/asserter/irm"}
    assert graph.of(node, "completion") == {"scheme/completion/substantial"}
    assert graph.of(node, "openedAccessToInformation") == {"scheme/early-results/major"}
    assert graph.of(node, "inReport") == {"report/QZ-2015-end-of-term"}
    assert graph.of("commitment/QZ0102", "latestCompletion") == {"scheme/completion/substantial"}


def test_a_report_that_the_header_does_not_name_is_not_made_up(graph: Triples) -> None:
    """The page of QZ0105 names no midterm report."""
    assert graph.of("assessment/QZ0105/midterm", "completion") == {"scheme/completion/limited"}
    assert graph.of("assessment/QZ0105/midterm", "inReport") == set()


def test_notes_are_references_with_address_and_day_of_access(graph: Triples) -> None:
    node = "commitment/QZ0102/reference/7"
    assert graph.of(node, FOAF.page) == {"https://quays.example.org/ferries/2017"}
    assert graph.of(node, "accessDate") == {"2017-06-04"}
    assert graph.of(node, "number") == {"7"}
    assert graph.of("commitment/QZ0102", "hasReference") == {node}
    assert graph.of("assessment/QZ0102/end-of-term", "hasReference") == {node}


def test_the_number_above_the_review_is_the_number_in_the_plan(graph: Triples) -> None:
    assert graph.of("commitment/QZ0102", "planNumber") == {"12.2"}
    assert graph.of("commitment/QZ0102", "planNumberBasis") == {"scheme/basis/printed"}


def test_a_number_that_two_pages_claim_belongs_to_neither(vocabulary: Vocabulary) -> None:
    found = records("qz0105")
    twin = next(d for d in found if isinstance(d, r.SourceDocument) and d.commitment)
    assert twin.commitment is not None
    page = r.CommitmentPage(**(twin.commitment.model_dump(exclude_unset=True) | {"id": "QZ0106"}))
    other = twin.model_copy(update={"commitment": page, "key": "other-page"})
    graph = Triples(lifted(vocabulary, [*found, other, *records("qz0140")]))
    assert graph.of("commitment/QZ0105", "planNumber") == set()
    assert graph.of("commitment/QZ0105", "planNumber", iris.source_graph(twin.key)) == {"5"}
    assert graph.of("commitment/QZ0105", "builtOnBy") == set()


def test_an_earlier_number_becomes_an_id_where_its_page_is_known(graph: Triples) -> None:
    assert graph.of("commitment/QZ0105", "builtOnBy") == {"commitment/QZ0140"}
    assert graph.graphs("commitment/QZ0105", "builtOnBy", "commitment/QZ0140") == {"derivation/plan-number-to-id"}
    statement = "lineage/QZ0105-builtOnBy-QZ0140"
    assert graph.of(statement, "basis") == {"scheme/basis/stated"}
    assert graph.of(statement, "assertedBy") == {"scheme/asserter/government"}
    assert graph.of(statement, "namedByNumber") == {"5"}
    assert "not resolved" not in next(iter(graph.of(statement, "evidence")))


def test_a_number_that_is_not_known_stays_a_statement_without_the_earlier_end(graph: Triples) -> None:
    statement = "lineage/plan-QZ-2015-no-99-builtOnBy-QZ0140"
    assert graph.of(statement, "later") == {"commitment/QZ0140"}
    assert graph.of(statement, "earlierPlan") == {"plan/QZ-2015"}
    assert graph.of(statement, "namedByNumber") == {"99"}
    assert graph.of(statement, "earlier") == set()
    assert "not resolved" in next(iter(graph.of(statement, "evidence")))


def test_fates_stand_with_the_commitment_that_they_are_about(graph: Triples) -> None:
    assert graph.of("commitment/QZ0102", "fate") == {"scheme/fate/not-carried-forward"}
    assert graph.of("commitment/QZ-2015/12.1", "fate") == {"scheme/fate/withdrawn"}
    assert graph.of("commitment/QZ0102", "succeededBy") == set()


def test_a_divided_number_is_split_into_the_page_and_its_sibling(graph: Triples) -> None:
    assert graph.of("commitment/QZ-2015/12", "splitInto") == {"commitment/QZ0102", "commitment/QZ-2015/12.1"}


@pytest.fixture(scope="module")
def two_captures(vocabulary: Vocabulary) -> tuple[Triples, str, str]:
    """Two captures of one page, the second of them newer."""
    older, newer = records("qz0102"), records("qz0102-later")
    later = [
        record.model_copy(update={"sequence": 1}) if isinstance(record, r.SourceDocument) else record
        for record in newer
    ]
    quads = lifted(vocabulary, [*older, *later])
    assert violations_of(quads) == []
    return Triples(quads), source_of(older), source_of(newer)


def test_two_captures_of_a_page_are_two_graphs(two_captures: tuple[Triples, str, str]) -> None:
    graph, older, newer = two_captures
    node, milestone = "assessment/QZ0102/end-of-term", "commitment/QZ0102/milestone/2"
    assert graph.of(node, "completion", iris.source_graph(older)) == {"scheme/completion/substantial"}
    assert graph.of(node, "completion", iris.source_graph(newer)) == {"scheme/completion/complete"}
    assert graph.of(node, "completion") == {"scheme/completion/complete"}
    assert graph.of(milestone, "dueEnd", iris.source_graph(older)) == {"2016-12-31"}
    assert graph.of(milestone, "dueEnd") == {"2017-12-31"}


def test_what_two_captures_show_differently_is_a_conflict(two_captures: tuple[Triples, str, str]) -> None:
    graph = two_captures[0]
    for path, values in (
        ("conflict/QZ0102/end-of-term/completion", {"scheme/completion/complete"}),
        ("conflict/QZ0102/milestone/2/dueEnd", {"2017-12-31"}),
        ("conflict/QZ0102/milestone/2/dueText", {"by the end of 2017@en"}),
    ):
        assert graph.of(path, "resolvedTo") == values
        assert graph.of(path, "rule") == {"scheme/resolution-rule/newest-capture-wins"}
        assert len(graph.of(path, "claim")) == 2


def test_a_statement_of_two_captures_is_one_node_with_two_sources(two_captures: tuple[Triples, str, str]) -> None:
    graph, older, newer = two_captures
    statement = "lineage/QZ0102-notCarriedForward"
    assert graph.of(statement, DCTERMS.source) == {f"source/{older}", f"source/{newer}"}
    assert graph.of(statement, DCTERMS.source, iris.source_graph(older)) == {f"source/{older}"}
    assert len(graph.of(statement, "evidence")) == 1


# With hand-kept data

KEPT = "kept"


def kept_records() -> list[r.Record]:
    """A member's data that describe what the page of QZ0102 shows, in words of ours."""
    plan = r.Plan(
        plan="QZ-2015",
        member="QZ",
        cycle="2015",
        ordinal=1,
        source=KEPT,
        title="Ruritania, First Action Plan, 2015-2017",
        commitments=(
            r.Commitment(id="QZ0101", number="12.1", title="A clock at every quay"),
            r.Commitment(
                id="QZ0102",
                number="12.2",
                milestones=(
                    r.Milestone(number="1", description="Put the timetables on paper.", due="during 2016"),
                    r.Milestone(number="2", description="Make the timetables public.", due="by the end of 2015"),
                ),
                references=(r.Reference(number="7", title="A report on ferries", accessed="2017-06-04"),),
            ),
        ),
    )
    lineage = r.Lineage(
        member="QZ",
        statements=(
            r.LineageStatement(
                earlier="QZ0102",
                fate="not-carried-forward",
                basis="stated",
                asserted_by="irm",
                confidence=Decimal("0.97"),
                evidence="The IRM says that it ended there.",
                sources=(KEPT,),
            ),
        ),
    )
    member = r.Member(code="QZ", name="Ruritania", kind="national", source=KEPT)
    document = r.SourceDocument(key=KEPT, kind="news-item", url="https://example.org/kept")
    return [document, member, r.with_sources(plan), lineage]


@pytest.fixture(scope="module")
def beside_data(vocabulary: Vocabulary) -> tuple[Triples, str, set[Quad]]:
    pages = records("qz0102")
    quads = lifted(vocabulary, [*kept_records(), *pages])
    return Triples(quads), source_of(pages), quads


def test_pages_beside_data_conform(beside_data: tuple[Triples, str, set[Quad]]) -> None:
    assert violations_of(beside_data[2]) == []


def test_hand_kept_words_stand_and_the_pages_words_are_its_text(beside_data: tuple[Triples, str, set[Quad]]) -> None:
    graph, key, _ = beside_data
    node = "commitment/QZ0102/milestone/1"
    assert graph.of(node, DCTERMS.description) == {"Put the timetables on paper.@en"}
    assert graph.of(node, "text") == {"Write down the timetables of all quays during 2016@en"}
    assert graph.of(node, DCTERMS.source) == {f"source/{KEPT}", f"source/{key}"}
    reference = "commitment/QZ0102/reference/7"
    assert graph.of(reference, DCTERMS.title) == {"A report on ferries@en"}
    assert graph.of(reference, FOAF.page) == {"https://quays.example.org/ferries/2017"}


def test_a_due_date_that_differs_from_the_data_is_a_conflict(beside_data: tuple[Triples, str, set[Quad]]) -> None:
    graph, key, _ = beside_data
    node = "commitment/QZ0102/milestone/2"
    assert graph.of(node, "dueEnd") == {"2015-12-31"}
    assert graph.of(node, "dueEnd", iris.source_graph(key)) == {"2016-12-31"}
    assert graph.of("conflict/QZ0102/milestone/2/dueEnd", "resolvedTo") == {"2015-12-31"}
    assert graph.of("conflict/QZ0102/milestone/1/dueEnd", "resolvedTo") == set()


def test_numbers_of_the_data_lead_to_ids(beside_data: tuple[Triples, str, set[Quad]]) -> None:
    graph = beside_data[0]
    assert graph.of("assessment/QZ0101/midterm", "completion") == {"scheme/completion/withdrawn"}
    assert graph.of("commitment/QZ0101/milestone/1", DCTERMS.description) == {"Buy forty clocks in May 2015@en"}
    assert graph.of("commitment/QZ0101", "fate") == {"scheme/fate/withdrawn"}
    assert graph.of("commitment/QZ-2015/12.1", "planNumber") == set()


def test_a_statement_that_the_data_make_gets_the_page_as_a_source(beside_data: tuple[Triples, str, set[Quad]]) -> None:
    graph, key, _ = beside_data
    statement = "lineage/QZ0102-notCarriedForward"
    assert graph.of(statement, DCTERMS.source) == {f"source/{KEPT}", f"source/{key}"}
    assert graph.of(statement, "evidence") == {"The IRM says that it ended there.@en"}
    assert graph.of(statement, "confidence") == {"0.97"}
    assert graph.of(statement, "printedText", iris.source_graph(key)) == {"not carried over"}


def test_data_lose_nothing_to_a_page(beside_data: tuple[Triples, str, set[Quad]], vocabulary: Vocabulary) -> None:
    def default(quads: set[Quad]) -> set[Triple]:
        return {quad.triple for quad in quads if quad.graph_name == DefaultGraph()}

    lost = default(lifted(vocabulary, kept_records())) - default(beside_data[2])
    subjects = {iris.path_of(t.subject) for t in lost if isinstance(t.subject, NamedNode)}
    # The page brings the assessment that the counts of the data had as missing.
    parts = (
        "completion",
        "completion-by-cycle/2015",
        "completion-by-member/QZ",
        "completion-by-member-and-cycle/QZ/2015",
    )
    no_longer_missing = {f"{part}/absence/no-assessment" for part in parts}
    # QZ0102 has no title in the data: its label was its id, and now is the title of the page
    assert subjects == {"QZ0102"} | no_longer_missing


# The seed pages on top of the project's data


@pytest.fixture(scope="module")
def seeded(tmp_path_factory: pytest.TempPathFactory) -> Release:
    return build(PROJECT / "data", tmp_path_factory.mktemp("seeded"), sources=[SEEDS])


def default_graph(release: Release) -> set[Triple]:
    quads = parse(path=str(release.folder / "dataset.nq"), format=RdfFormat.N_QUADS)
    return {quad.triple for quad in quads if quad.graph_name == DefaultGraph() and isinstance(quad.subject, NamedNode)}


@with_seeds
def test_the_seeds_on_top_of_the_data_conform_and_are_accounted_for(seeded: Release) -> None:
    assert [problem for problem in seeded.problems if problem.severity is Severity.VIOLATION] == []
    default: set[Triple] = set()
    named: set[Triple] = set()
    for quad in parse(path=str(seeded.folder / "dataset.nq"), format=RdfFormat.N_QUADS):
        (default if quad.graph_name == DefaultGraph() else named).add(quad.triple)
    assert default - named == set()


@with_seeds
def test_no_statement_of_the_data_is_lost_to_the_seeds(seeded: Release, release: Release) -> None:
    """What goes is named here: what describes and counts the dataset, and the order of the claims of one conflict."""
    lost = {t for t in default_graph(release) - default_graph(seeded) if "_:" not in str(t.object)}
    subjects = {str(t.subject.value).removeprefix(BASE) for t in lost if isinstance(t.subject, NamedNode)}
    description = ("id/dataset/", ".well-known/void#")
    renumbered = {f"id/conflict/FR0015/leadingPolicyArea/claim/{n}" for n in (1, 2)}
    assert {s for s in subjects if not s.startswith(description)} <= renumbered


@with_seeds
@pytest.mark.parametrize(
    ("subject", "predicate", "value"),
    [
        ("commitment/FR0042/milestone/13.1", "milestoneOf", "commitment/FR0042"),
        ("commitment/FR0012/milestone/2", "milestoneOf", "commitment/FR0012"),
        ("assessment/FR0012/midterm", "assesses", "commitment/FR0012"),
        ("assessment/FR0013/end-of-term", "inReport", "report/FR-2015-end-of-term"),
        ("lineage/FR0012-withdrawn", "earlier", "commitment/FR0012"),
        ("lineage/FR0012-replacedBy-consultation-tools-platform", "earlier", "commitment/FR0012"),
        ("lineage/FR0042-declaredNew", "later", "commitment/FR0042"),
        ("commitment/FR0041", "hasReference", "commitment/FR0041/reference/52"),
    ],
)
def test_a_seed_states_in_its_own_graph(seeded: Release, subject: str, predicate: str, value: str) -> None:
    triple = Triple(iris.entity(subject), OGP[predicate], iris.entity(value))
    graphs = {
        quad.graph_name.value.rpartition("/")[2][:3]
        for quad in parse(path=str(seeded.folder / "dataset.nq"), format=RdfFormat.N_QUADS)
        if quad.triple == triple and isinstance(quad.graph_name, NamedNode)
    }
    assert graphs & {"000", "001", "002", "004"}
