"""Own commitment pages of an invented member, in all layouts, languages and forms of text, against hand-made truths.

The matching is that of ``benchmarks/reading.py``, which prints the figures; here every page has to be right.
"""

from __future__ import annotations

import json
from typing import Any

import pytest

from benchmarks.reading import HEADER, INSTITUTIONS, PAGES, Truth, read_page, score, truths
from ogpgraph.records import CommitmentPage
from ogpgraph.vocabulary import Vocabulary

TRUTHS = truths()
BODY = ("milestones", "dates", "assessments", "lineage", "references", "member_commitments", "as_shown")
every_page = pytest.mark.parametrize("truth", TRUTHS, ids=[truth.name for truth in TRUTHS])


@pytest.fixture(scope="module")
def vocabulary() -> Vocabulary:
    return Vocabulary()


def misses(truth: Truth, found: dict[str, Any], fields: tuple[str, ...]) -> list[str]:
    """One line for each difference in the fields."""
    scores = score(truth.name, truth.expected, found)
    return [f"{key}: expected {want}, got {got}" for field in fields for _, key, want, got in scores[field].misses]


@every_page
def test_header_is_read_exactly(truth: Truth, vocabulary: Vocabulary) -> None:
    assert misses(truth, read_page(truth.page, vocabulary), HEADER) == []


@every_page
def test_institutions_are_split(truth: Truth, vocabulary: Vocabulary) -> None:
    assert misses(truth, read_page(truth.page, vocabulary), INSTITUTIONS) == []


@every_page
def test_body_is_read(truth: Truth, vocabulary: Vocabulary) -> None:
    assert misses(truth, read_page(truth.page, vocabulary), BODY) == []


@pytest.mark.parametrize("truth", [t for t in TRUTHS if t.never], ids=[t.name for t in TRUTHS if t.never])
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


@every_page
def test_truth_is_a_record(truth: Truth) -> None:
    """A truth that the format does not allow could never be met."""
    header = {key: truth.expected[key] for key in truth.expected if key in (*HEADER, *INSTITUTIONS, "as_shown")}
    header.pop("language")
    page = CommitmentPage.model_validate(header | {"member_commitments": truth.expected.get("member_commitments")})
    assert page.id == truth.expected["id"]


@every_page
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
