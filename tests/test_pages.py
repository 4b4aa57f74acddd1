"""Own commitment pages of an invented member, in all layouts, languages and forms of text, against hand-made truths.

The matching is that of ``benchmarks/reading.py``, which prints the figures. Every open page has to be right; of the
held-out ones only the figures of the benchmark's groups are looked at, so that nobody reads them off a failed test.
"""

from __future__ import annotations

import json
from typing import Any

import pytest

from benchmarks.reading import GROUPS, HEADER, INSTITUTIONS, PAGES, Truth, read_page, score, total, truths
from ogpgraph.records import CommitmentPage
from ogpgraph.vocabulary import Vocabulary

TRUTHS = truths()
OPEN = [truth for truth in TRUTHS if not truth.held_out]
HELD_OUT = [truth for truth in TRUTHS if truth.held_out]
BODY = ("milestones", "dates", "assessments", "lineage", "references", "member_commitments", "as_shown")
BARS = [(group, fields, bar) for group, (fields, bar) in GROUPS.items() if bar is not None]
open_page = pytest.mark.parametrize("truth", OPEN, ids=[truth.name for truth in OPEN])


@pytest.fixture(scope="module")
def vocabulary() -> Vocabulary:
    return Vocabulary()


def misses(truth: Truth, found: dict[str, Any], fields: tuple[str, ...]) -> list[str]:
    """One line for each difference in the fields."""
    scores = score(truth.name, truth.expected, found)
    return [f"{key}: expected {want}, got {got}" for field in fields for _, key, want, got in scores[field].misses]


@open_page
def test_header_is_read_exactly(truth: Truth, vocabulary: Vocabulary) -> None:
    assert misses(truth, read_page(truth.page, vocabulary), HEADER) == []


@open_page
def test_institutions_are_split(truth: Truth, vocabulary: Vocabulary) -> None:
    assert misses(truth, read_page(truth.page, vocabulary), INSTITUTIONS) == []


@open_page
def test_body_is_read(truth: Truth, vocabulary: Vocabulary) -> None:
    assert misses(truth, read_page(truth.page, vocabulary), BODY) == []


@pytest.fixture(scope="module")
def held_out_f1(vocabulary: Vocabulary) -> dict[str, float]:
    """The F1 of each group over the held-out pages."""
    scores = [score(truth.name, truth.expected, read_page(truth.page, vocabulary)) for truth in HELD_OUT]
    return {group: total(scores, fields).f1 for group, fields, _ in BARS}


@pytest.mark.parametrize(("group", "bar"), [(group, bar) for group, _, bar in BARS], ids=[group for group, *_ in BARS])
def test_held_out_pages_reach_the_bar(group: str, bar: float, held_out_f1: dict[str, float]) -> None:
    assert held_out_f1[group] >= bar


def test_nothing_that_must_stay_out_of_held_out_pages_is_read(vocabulary: Vocabulary) -> None:
    leaks = 0
    for truth in HELD_OUT:
        record = json.dumps(read_page(truth.page, vocabulary), ensure_ascii=False)
        leaks += sum(text in record for text in truth.never)
    assert leaks == 0


@pytest.mark.parametrize("truth", [t for t in OPEN if t.never], ids=[t.name for t in OPEN if t.never])
def test_persons_navigation_and_traps_stay_out(truth: Truth, vocabulary: Vocabulary) -> None:
    record = json.dumps(read_page(truth.page, vocabulary), ensure_ascii=False)
    assert record != "{}"
    assert [text for text in truth.never if text in record] == []


def test_every_page_has_a_truth_and_the_other_way_round() -> None:
    pages = {path.stem for path in PAGES.iterdir() if path.suffix in (".txt", ".html")}
    assert pages == {truth.name for truth in TRUTHS}
    assert len(pages) >= 48


def test_a_third_of_the_pages_is_held_out() -> None:
    assert 0.3 <= sum(truth.held_out for truth in TRUTHS) / len(TRUTHS) <= 0.4


@open_page
def test_truth_is_a_record(truth: Truth) -> None:
    """A truth that the format does not allow could never be met."""
    header = {key: truth.expected[key] for key in truth.expected if key in (*HEADER, *INSTITUTIONS, "as_shown")}
    header.pop("language")
    page = CommitmentPage.model_validate(header | {"member_commitments": truth.expected.get("member_commitments")})
    assert page.id == truth.expected["id"]


@open_page
def test_values_of_truth_are_canonical(truth: Truth, vocabulary: Vocabulary) -> None:
    """Each tag and rating of a truth is a label or an absence that the schemes know."""
    schemes = {
        "policy_areas": ("policy-area",),
        "status": ("plan-status",),
        "starred": ("star", "absence"),
        "early_results": ("early-results", "early-results-2021", "absence"),
        "verifiable": ("verifiable", "absence"),
        "relevant_to_ogp_values": ("relevance", "ogp-value", "absence"),
        "ambition": ("ambition", "absence"),
        "potential_impact": ("potential-impact", "absence"),
        "completion": ("completion", "absence"),
    }
    for key, names in schemes.items():
        value = truth.expected.get(key)
        for one in value if isinstance(value, list) else [value] if value else []:
            assert vocabulary.first(names, one), (key, one)
