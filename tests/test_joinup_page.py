"""Joinup pages: own pages in two forms, read and lifted; the seed page against the data where it is there."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyoxigraph import Quad
from three_plans import Triples

from ogpgraph import iris
from ogpgraph import records as r
from ogpgraph.build import read as read_data
from ogpgraph.lift import lift, lift_vocabularies
from ogpgraph.problems import Problem, Severity
from ogpgraph.read import commitment_page, joinup_page
from ogpgraph.read.source_file import SourceFile
from ogpgraph.read.sources import read_file
from ogpgraph.release import judge
from ogpgraph.settings import PROJECT
from ogpgraph.vocabulary import DCTERMS, Vocabulary

pytest_plugins = ["fixtures_three_plans"]

PAGES = Path(__file__).resolve().parent / "joinup"
SEED = next((PROJECT.parent / "shared" / "seeds").glob("003_*"), None)
with_seed = pytest.mark.skipif(SEED is None, reason="shared folder not there")

DOCUMENT = {
    "kind": "joinup-page",
    "title": "How Estonia wove its plan",
    "issued": "2017-03-07",
    "modified": "2017-04-21",
    "document_status": "Archived",
    "document_type": "General case study",
    "scope": "National",
    "member": "EE",
    "language": "en",
    "describes": ["member/EE"],
}
PLAN: dict[str, Any] = {
    "member": "EE",
    "plan_title": "Threads in the Open",
    "plan_ordinal": 2,
    "plan_issued": "2016-06",
    "commitment_count": 4,
    "themes": [
        {
            "number": "1",
            "title": "Spin the thread",
            "commitments": ["Publish the wool register", "Count every sheep in public"],
        },
        {
            "number": "2",
            "title": "Weave the cloth",
            "commitments": ["Open the looms at night", "Let readers mend the patterns"],
        },
    ],
    "benchmarked": ["LV", "FI", "UK"],
    "consulted": ["Guild of Weavers", "Sheep Watch", "Night Loom Club"],
}


def read(name: str) -> tuple[list[r.Record], list[Problem]]:
    found = list(read_file(PAGES / name, Vocabulary()))
    return [f for f in found if not isinstance(f, Problem)], [f for f in found if isinstance(f, Problem)]


def shown(record: r.Record, keys: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in record.model_dump(mode="json", exclude_unset=True).items() if key in keys}


@pytest.mark.parametrize("name", ["estonia.txt", "estonia.html"])
def test_a_page_is_read_in_both_forms(name: str) -> None:
    (document, plan), _ = read(name)
    assert shown(document, DOCUMENT) == DOCUMENT
    assert shown(plan, PLAN) == PLAN
    assert isinstance(plan, r.JoinupDocument)
    assert {"Policy Context", "Why a plan", "Lessons learnt"} <= set(plan.sections)


def test_the_address_is_the_pages_own_or_said_to_be_missing() -> None:
    (document, _), problems = read("estonia.html")
    assert isinstance(document, r.SourceDocument)
    assert document.url.endswith("/how-estonia-wove-its-plan")
    assert problems == []
    (document, _), problems = read("estonia.txt")
    assert isinstance(document, r.SourceDocument)
    assert document.url == "https://joinup.ec.europa.eu/"
    assert [problem.rule for problem in problems] == ["unknown-address"]


@pytest.mark.parametrize("damage", ["\t", " ", "{", "|", "\\", "`"])
def test_an_address_that_is_no_iri_is_said_to_be_missing(damage: str, tmp_path: Path) -> None:
    page = tmp_path / "damaged.html"
    page.write_text(
        (PAGES / "estonia.html").read_text("utf-8").replace("how-estonia-", f"how-estonia-{damage}"), "utf-8"
    )
    document, _, *problems = read_file(page, Vocabulary())
    assert isinstance(document, r.SourceDocument)
    assert document.url == "https://joinup.ec.europa.eu/"
    assert [problem.rule for problem in problems if isinstance(problem, Problem)] == ["unknown-address"]


def test_a_page_about_no_member_is_a_source_only() -> None:
    found, problems = read("no-plan.txt")
    assert [type(record) for record in found] == [r.SourceDocument]
    assert {problem.rule for problem in problems} == {"unread-date", "unknown-member", "unknown-address"}


def test_a_list_that_is_cut_off_is_told() -> None:
    (_, plan), problems = read("cut.txt")
    assert isinstance(plan, r.JoinupDocument)
    assert [len(theme.commitments) for theme in plan.themes] == [2]
    assert "count-differs" in {problem.rule for problem in problems}


def test_records_survive_json() -> None:
    found, _ = read("estonia.html")
    lines = list(r.Collection(found).json_lines())
    assert json.loads(lines[-1])["kind_of_record"] == "joinup"
    assert list(r.Collection.from_json_lines(lines).json_lines()) == lines


def test_commitment_pages_are_no_joinup_pages_and_the_other_way_round() -> None:
    def file(path: Path) -> SourceFile:
        return SourceFile(path, path.name, path.read_bytes())

    for path in sorted((PAGES.parent / "pages").glob("*.txt")) + sorted((PAGES.parent / "pages").glob("*.html")):
        assert not joinup_page.fits(file(path)), path.name
    for path in (PAGES / "estonia.txt", PAGES / "estonia.html"):
        assert not commitment_page.fits(file(path)), path.name


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_damage_never_stops_the_reader(data: st.DataObject) -> None:
    raw = (PAGES / data.draw(st.sampled_from(["estonia.txt", "estonia.html"]))).read_bytes()
    start = data.draw(st.integers(0, len(raw)))
    end = data.draw(st.integers(start, len(raw)))
    damaged = raw[:start] + data.draw(st.binary(max_size=12)) + raw[end:]
    file = SourceFile(Path("page.txt"), "page.txt", damaged)
    if joinup_page.fits(file):
        found = list(joinup_page.read(file, Vocabulary()))
        assert any(isinstance(record, r.SourceDocument) for record in found)


# In the graph


def kept(numbers: list[str], themes: int = 0) -> list[r.Record]:
    plan = r.Plan(
        plan="EE-2016",
        member="EE",
        cycle="2016",
        ordinal=2,
        source="kept",
        title="Estonia Action Plan 2016-2018",
        themes=tuple(r.Theme(number=str(n), title=f"Our theme {n}") for n in range(1, themes + 1)),
        commitments=tuple(
            r.Commitment(id=f"EE{n:04}", number=number, title=f"Commitment of ours {n}")
            for n, number in enumerate(numbers, start=1)
        ),
    )
    document = r.SourceDocument(
        key="kept", kind="plan-document", url="https://example.org/plan", describes=("member/EE",)
    )
    members = [
        r.Member(code=code, name=name, kind="national", source="kept")
        for code, name in (("EE", "Estonia"), ("LV", "Latvia"), ("FI", "Finland"), ("UK", "United Kingdom"))
    ]
    return [document, *members, r.with_sources(plan)]


def lifted(records: list[r.Record], vocabulary: Vocabulary) -> tuple[Triples, str]:
    pages, _ = read("estonia.html")
    quads: set[Quad] = lift(r.Collection([*records, *pages]), vocabulary)
    problems, _ = judge(quads | set(lift_vocabularies()))
    assert [problem for problem in problems if problem.severity is Severity.VIOLATION] == []
    (document, *_) = pages
    assert isinstance(document, r.SourceDocument)
    return Triples(quads), document.key


def test_a_list_as_long_as_the_plan_gives_titles_by_order(vocabulary: Vocabulary) -> None:
    graph, key = lifted(kept(["1", "2", "3", "4", "4.1"]), vocabulary)
    rule = iris.derivation_graph("plan-number-by-order")
    assert graph.of("commitment/EE0003", DCTERMS.alternative, rule) == {"Open the looms at night@en"}
    assert graph.of("commitment/EE0003", DCTERMS.alternative) == {"Open the looms at night@en"}
    assert graph.of("commitment/EE0003", "theme", rule) == {"plan/EE-2016/theme/2"}
    assert graph.of("commitment/EE0005", DCTERMS.alternative) == set()
    assert graph.of("commitment/EE0003", DCTERMS.alternative, iris.source_graph(key)) == set()


def test_a_list_of_another_length_stays_with_its_themes(vocabulary: Vocabulary) -> None:
    graph, key = lifted(kept(["1", "2", "3"]), vocabulary)
    assert graph.of("commitment/EE0003", DCTERMS.alternative) == set()
    assert graph.of("commitment/EE0003", "theme") == set()
    listed = {"Open the looms at night@en", "Let readers mend the patterns@en"}
    assert graph.of("plan/EE-2016/theme/2", "listedCommitment") == listed
    assert graph.of("plan/EE-2016/theme/2", "listedCommitment", iris.source_graph(key)) == listed
    assert graph.of("plan/EE-2016/theme/2", DCTERMS.title) == {"Weave the cloth@en"}


def test_other_themes_of_the_data_are_not_mixed_with_the_pages(vocabulary: Vocabulary) -> None:
    graph, key = lifted(kept(["1", "2", "3", "4"], themes=3), vocabulary)
    assert graph.of("plan/EE-2016/theme/1", DCTERMS.title) == {"Our theme 1@en"}
    assert graph.of("plan/EE-2016/theme/1", "listedCommitment") == set()
    assert graph.of("plan/EE-2016/theme/1", DCTERMS.title, iris.source_graph(key)) == {"Spin the thread@en"}
    assert graph.of("commitment/EE0003", "theme") == set()


def test_hand_kept_titles_of_themes_stand(vocabulary: Vocabulary) -> None:
    graph, _ = lifted(kept(["1", "2", "3", "4"], themes=2), vocabulary)
    assert graph.of("plan/EE-2016/theme/1", DCTERMS.title) == {"Our theme 1@en"}
    assert graph.of("conflict/EE-2016/theme/1/title", "resolvedTo") == {"Our theme 1@en"}


def test_the_page_tells_of_the_plan_and_of_its_making(vocabulary: Vocabulary) -> None:
    graph, key = lifted(kept([]), vocabulary)
    assert graph.of("plan/EE-2016", DCTERMS.alternative) == {"Threads in the Open@en"}
    assert graph.of("plan/EE-2016", DCTERMS.issued) == {"2016-06"}
    assert graph.of("plan/EE-2016", "commitmentCount") == {"4"}
    assert graph.of(f"source/{key}", "describes") == {"member/EE", "plan/EE-2016"}
    assert graph.of(f"plan/EE-2016/cocreation/benchmark-{key}", "benchmarked") == {
        "member/FI",
        "member/LV",
        "member/UK",
    }
    consulted = graph.of(f"plan/EE-2016/cocreation/meetings-{key}", "consulted")
    assert consulted == {f"institution/ee/{name}" for name in ("guild-of-weavers", "sheep-watch", "night-loom-club")}


def test_a_page_about_a_plan_that_is_not_known_describes_its_member(vocabulary: Vocabulary) -> None:
    graph, key = lifted([record for record in kept([]) if not isinstance(record, r.Plan)], vocabulary)
    assert graph.of(f"source/{key}", "describes") == {"member/EE"}
    assert graph.of("plan/EE-2016/theme/1", DCTERMS.title) == set()


# The seed page


@pytest.fixture(scope="module")
def seed() -> tuple[r.SourceDocument, r.JoinupDocument]:
    assert SEED is not None
    document, plan = (found for found in read_file(SEED, Vocabulary()) if not isinstance(found, Problem))
    assert isinstance(document, r.SourceDocument)
    assert isinstance(plan, r.JoinupDocument)
    return document, plan


@with_seed
def test_the_seed_says_what_the_data_say_of_it(
    seed: tuple[r.SourceDocument, r.JoinupDocument], vocabulary: Vocabulary
) -> None:
    document, page = seed
    collection = read_data(PROJECT / "data", vocabulary, lambda name: None).collection
    kept = next(d for d in collection.of(r.SourceDocument) if d.sha256 == document.sha256)
    for key in ("kind", "title", "member", "issued", "document_type", "document_status", "scope"):
        assert getattr(document, key) == getattr(kept, key), key
    plan = next(plan for plan in collection.of(r.Plan) if plan.plan == "FR-2015")
    assert [theme.title for theme in page.themes] == [theme.title[0].value for theme in plan.themes]
    assert page.plan_ordinal == plan.ordinal
    assert page.commitment_count == plan.commitment_count[0].value
    assert [len(theme.commitments) for theme in page.themes] == [9, 5, 4, 5, 3]
    listed = {words for theme in page.themes for words in theme.commitments}
    titles = {
        stated.value
        for commitment in plan.commitments
        for stated in (*commitment.title, *commitment.alternative_titles)
        if stated.source == kept.key
    }
    assert listed == titles
    activities = {activity.key: activity for activity in plan.cocreation}
    assert list(page.benchmarked) == [stated.value for stated in activities["benchmark"].benchmarked]
    assert len(page.consulted) == len(activities["meetings-associations"].consulted)


@with_seed
def test_no_person_of_the_seed_enters_a_record(seed: tuple[r.SourceDocument, r.JoinupDocument]) -> None:
    assert SEED is not None
    speakers = set(re.findall(r"(?:explained|said) ((?:[A-Z][\w-]+ ){1,3}?[A-Z][\w-]+)", SEED.read_text("utf-8")))
    words = " ".join(record.model_dump_json() for record in seed)
    assert speakers
    assert [name for name in speakers if name in words] == []
