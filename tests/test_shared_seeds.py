"""The real pages beside the checkout, field by field. Runs only where the shared folder is there."""

# Tables of printed texts read better in one line each.
# ruff: noqa: E501

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from ogpgraph.read.commitment_page import read_page
from ogpgraph.read.page_context import PageContext
from ogpgraph.read.source_file import SourceFile
from ogpgraph.read.sources import read_file
from ogpgraph.records import CommitmentPage, SourceDocument
from ogpgraph.settings import PROJECT
from ogpgraph.vocabulary import Vocabulary

SEEDS = PROJECT.parent / "shared" / "seeds"
pytestmark = pytest.mark.skipif(not SEEDS.is_dir(), reason="shared folder not there")

KEPT = {"000": "fr0013-l2-en", "001": "fr0042-l3-en", "002": "fr0038-l1-en", "004": "fr0041-l1-en"}
# Number (with an asterisk where the page prints none), due date as printed, first and last day.
MILESTONES = {
    "000": [
        ("", "1*", "during 2016", "2016-01-01", "2016-12-31"),
        ("", "2*", "by the end of 2016", None, "2016-12-31"),
        ("10.1", "1*", "June 2015", "2015-06-01", "2015-06-30"),
        ("10.1", "2*", "September 2015", "2015-09-01", "2015-09-30"),
        ("10.1", "3*", "mid-2016", "2016-06-01", "2016-07-31"),
    ],
    "001": [
        ("", "13.1", "Semester 1 2018", "2018-01-01", "2018-06-30"),
        ("", "13.2", "Semester 1 2018", "2018-01-01", "2018-06-30"),
        ("", "13.3", "Semester 1 2018", "2018-01-01", "2018-06-30"),
        ("", "13.4", "Semester 2 2018", "2018-07-01", "2018-12-31"),
    ],
    "002": [
        ("", f"{n}*", *({1: ("2018", "2018-01-01", "2018-12-31"), 2: ("2018", "2018-01-01", "2018-12-31"), 3: ("2019", "2019-01-01", "2019-12-31"), 15: ("2018", "2018-01-01", "2018-12-31"), 16: ("2018", "2018-01-01", "2018-12-31")}.get(n, (None, None, None))))
        for n in range(1, 20)
    ],
    "004": [
        ("", "12.1", "Semester 2 2018", "2018-07-01", "2018-12-31"),
        ("", "12.2", "Semester 2 2018", "2018-07-01", "2018-12-31"),
        ("", "12.3", "2019", "2019-01-01", "2019-12-31"),
        ("", "12.4", "Semester 2 2019", "2019-07-01", "2019-12-31"),
    ],
}  # fmt: skip
OPENED = [
    ("", "end-of-term", variable, "Did Not Change")
    for variable in ("openedAccessToInformation", "openedCivicParticipation", "openedPublicAccountability")
]
ASSESSMENTS = {
    "000": [
        ("10.1", "midterm", "completion", "Withdrawn"),
        ("", "midterm", "completion", "Not Started"),
        ("", "end-of-term", "completion", "Not Started"),
        *OPENED,
        *(("10.1", *rest) for _, *rest in OPENED),
    ],
    "001": [
        ("", "design", "potentialImpact", "Minor"),
        ("", "design", "recommends", "Do not carry forward"),
        ("", "design", "recommends", "Merge"),
        ("", "end-of-term", "completion", "Complete"),
    ],
    "002": [],
    "004": [
        ("", "design", "potentialImpact", "Minor"),
        ("", "design", "recommends", "Do not carry forward"),
        ("", "design", "recommends", "Widen the format"),
        ("", "design", "recommends", "Make it the multi-stakeholder forum"),
    ],
}
# Earlier id, earlier number, relation or fate, later id, later number, later plan.
LINEAGE = {
    "000": [
        (None, "10", "splitInto", None, "10.1", None),
        (None, "10", "splitInto", "FR0013", "10.2", None),
        (None, "10.1", "replacedBy", None, None, None),
        (None, "10.1", "withdrawn", None, None, None),
        ("FR0013", "10.2", "not-carried-forward", None, None, None),
        ("FR0013", "10.2", "refocusedAs", None, None, "next"),
    ],
    "001": [(None, None, "declared-new", "FR0042", None, None)],
    "002": [(None, None, "declared-new", "FR0038", None, None)],
    "004": [(None, None, "declared-new", "FR0041", None, None)],
}
PLAN_PDF = "https://www.opengovpartnership.org/wp-content/uploads/2018/08/France-Action-Plan-2018-2020-English.pdf"
REFERENCES = {
    "000": [("78", "correspondence", None, None, "2017-10-27", "end-of-term")],
    "001": [
        ("54", "plan-document", PLAN_PDF, "2019-01-10", None, "design"),
        ("55", "web-page", "https://www.gouvernement.fr/action/le-choc-de-simplification", "2019-09-04", None, "design"),
        ("56", "document", "https://www.defenseurdesdroits.fr/sites/default/files/atoms/files/rapport-demat-num-21.12.18.pdf", "2019-02-14", None, "design"),
        ("xlvi", "document", "https://www.modernisation.gouv.fr/sites/default/files/ogp_rapport_autoevalution_com.pdf", "2021-01-20", None, "end-of-term"),
        ("xlvii", "web-page", "https://observatoire.numerique.gouv.fr/", "2021-01-20", None, "end-of-term"),
    ],
    "002": [],
    "004": [
        ("51", "plan-document", PLAN_PDF, "2019-01-10", None, "design"),
        ("52", "interview", None, None, "2018-11-20", "design"),
        ("53", "interview", None, None, "2019-01-11", "design"),
    ],
}  # fmt: skip
NUMBERS = {"000": "10.2", "001": "13", "002": None, "004": "12"}


@pytest.fixture(scope="module")
def vocabulary() -> Vocabulary:
    return Vocabulary()


def path_of(seed: str) -> Path:
    return next(SEEDS.glob(f"{seed}_*"))


@pytest.fixture(params=sorted(KEPT))
def seed(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def document(seed: str, vocabulary: Vocabulary) -> SourceDocument:
    first = next(iter(read_file(path_of(seed), vocabulary)))
    assert isinstance(first, SourceDocument)
    return first


@pytest.fixture
def page(document: SourceDocument) -> CommitmentPage:
    assert document.commitment is not None
    return document.commitment


def test_header_and_foot_list_are_those_kept_by_hand(seed: str, document: SourceDocument) -> None:
    kept = yaml.load((PROJECT / f"data/sources/fr/{KEPT[seed]}.yml").read_text("utf-8"), yaml.BaseLoader)
    truth = SourceDocument.model_validate({**kept, "commitment": _typed(kept["commitment"])})
    for key in ("kind", "url", "language", "member", "sha256"):
        assert getattr(document, key) == getattr(truth, key), key
    assert truth.commitment is not None
    assert document.commitment is not None
    for key in sorted(truth.commitment.model_fields_set):
        assert getattr(document.commitment, key) == getattr(truth.commitment, key), key
    body = {"number", "text", "milestones", "assessments", "lineage", "references", "reviews", "problems"}
    assert document.commitment.model_fields_set - body == truth.commitment.model_fields_set - body


def _typed(fields: dict[str, object]) -> dict[str, object]:
    """The hand-kept file without the text that YAML makes of a label without value."""
    return {key: None if value == "" else value for key, value in fields.items()}


def test_milestones(seed: str, page: CommitmentPage) -> None:
    found = [
        (m.plan_number or "", m.number + ("" if m.number_printed else "*"), m.due_text, m.due_start, m.due_end)
        for m in page.milestones or ()
    ]
    assert found == MILESTONES[seed]


def test_assessments(seed: str, page: CommitmentPage) -> None:
    found = [
        (a.plan_number or "", a.phase, a.variable, a.value)
        for a in page.assessments or ()
        if a.variable != "recommendationText"
    ]
    assert sorted(found) == sorted(ASSESSMENTS[seed])


def test_recommendations_keep_their_words(seed: str, page: CommitmentPage) -> None:
    texts = [a.value for a in page.assessments or () if a.variable == "recommendationText"]
    assert len(texts) == {"001": 3, "004": 3}.get(seed, 0)


def test_lineage(seed: str, page: CommitmentPage) -> None:
    found = [
        (s.earlier, s.earlier_number, s.relation or s.fate, s.later, s.later_number, s.later_plan)
        for s in page.lineage or ()
    ]
    assert sorted(found, key=str) == sorted(LINEAGE[seed], key=str)


def test_references(seed: str, page: CommitmentPage) -> None:
    found = [(r.number, r.kind, r.url, r.accessed, r.issued, r.cited_in) for r in page.references or ()]
    assert found == REFERENCES[seed]


def test_number(seed: str, page: CommitmentPage) -> None:
    assert page.number == NUMBERS[seed]


def test_no_person_of_a_note_is_kept(vocabulary: Vocabulary) -> None:
    first = next(iter(read_file(path_of("004"), vocabulary)))
    assert "Le Guen" not in first.model_dump_json()  # type: ignore[union-attr]


def test_known_numbers_give_ids(vocabulary: Vocabulary) -> None:
    path = path_of("000")
    context = PageContext(commitments={("FR", "2015", "10.1"): "FR0012"})
    first = next(iter(read_page(SourceFile(path, path.name, path.read_bytes()), vocabulary, context)))
    assert isinstance(first, SourceDocument)
    assert first.commitment is not None
    fates = [(s.earlier, s.fate) for s in first.commitment.lineage or () if s.fate]
    assert ("FR0012", "withdrawn") in fates


@pytest.mark.parametrize("form", ["flattened", "no blank lines", "more blank lines", "no headings"])
def test_other_text_forms_give_the_same_header(
    form: str, seed: str, page: CommitmentPage, vocabulary: Vocabulary, tmp_path: Path
) -> None:
    lines = [line.strip() for line in path_of(seed).read_text("utf-8").splitlines() if line.strip()]
    bare = [
        line for line in lines if line not in ("Overview", "At-a-Glance", "Institutions", "Description", "IRM Review")
    ]
    text = {
        "flattened": " ".join(lines),
        "no blank lines": "\n".join(lines),
        "more blank lines": "\n\n\n".join(lines),
        "no headings": "\n".join(bare),
    }
    path = tmp_path / "page.txt"
    path.write_text(text[form], "utf-8")
    first = next(iter(read_file(path, vocabulary)))
    assert isinstance(first, SourceDocument)
    assert first.commitment is not None
    body = {"text", "milestones", "assessments", "lineage", "references", "reviews", "problems", "principles"}
    for key in sorted(page.model_fields_set - body):
        if (form, seed, key) != ("flattened", "004", "support_institutions"):
            assert getattr(first.commitment, key) == getattr(page, key), key
