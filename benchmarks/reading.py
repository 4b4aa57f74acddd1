"""How well commitment pages are read: precision, recall and F1 per field, over all own pages and the held-out ones.

    .venv/bin/python -m benchmarks.reading [--misses FILE]

The pages of an invented member stand in ``tests/pages``, each beside the truth that a careful person reads off it
(``tests/pages/README.md``). Nobody who works on the reader looks at a third of them, the held-out ones. Ends with 1
where a group of fields stays below its bar.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ogpgraph.read.sources import read_file
from ogpgraph.records import CommitmentPage, SourceDocument
from ogpgraph.settings import PROJECT
from ogpgraph.vocabulary import Vocabulary, folded

PAGES = PROJECT / "tests" / "pages"

HEADER = (
    *("id", "title", "language", "country", "action_plan", "cycle", "status", "policy_areas", "irm_reports", "starred"),
    *("early_results", "verifiable", "relevant_to_ogp_values", "ambition", "potential_impact", "completion"),
    *("start_date", "end_date", "primary_sector", "principles"),
)
# Pages that a machine translated: their names are read as printed, and most truths leave them out.
TRANSLATED = ("es", "fr")
INSTITUTIONS = ("lead_institutions", "support_institutions")
# The fields of each group, and the F1 that it must reach; no bar where the project sets none.
GROUPS: dict[str, tuple[tuple[str, ...], float | None]] = {
    "header fields": (HEADER, 0.98),
    "institution splits": (INSTITUTIONS, 0.95),
    "milestones": (("milestones",), 0.95),
    "dates": (("dates",), 0.95),
    "other body fields": (("assessments", "lineage", "references", "member_commitments", "as_shown"), None),
}
# A page's heading does not tell a design report from a midterm report, nor a results report from an end-of-term one.
_PHASES = {"design": "midterm", "results": "end-of-term"}
# One relation seen from its two ends.
_RELATIONS = {
    "builtOnBy": "buildsOn",
    "extendedBy": "extends",
    "carriedForwardFrom": "carriedForwardInto",
    "refocuses": "refocusedAs",
    "replaces": "replacedBy",
}
Item = tuple[Any, ...]


@dataclass(frozen=True)
class Truth:
    """A page and what a careful person reads off it."""

    page: Path
    expected: dict[str, Any]
    held_out: bool
    never: tuple[str, ...]

    @property
    def name(self) -> str:
        return self.page.stem


@dataclass
class Score:
    """What was found of what was expected."""

    right: int = 0
    wrong: int = 0
    missed: int = 0
    misses: list[tuple[str, str, Any, Any]] = field(default_factory=list)

    def __add__(self, other: Score) -> Score:
        return Score(
            self.right + other.right,
            self.wrong + other.wrong,
            self.missed + other.missed,
            self.misses + other.misses,
        )

    @property
    def precision(self) -> float:
        return self.right / (self.right + self.wrong) if self.right + self.wrong else 1.0

    @property
    def recall(self) -> float:
        return self.right / (self.right + self.missed) if self.right + self.missed else 1.0

    @property
    def f1(self) -> float:
        both = self.precision + self.recall
        return 2 * self.precision * self.recall / both if both else 0.0


def truths(folder: Path = PAGES) -> list[Truth]:
    """All pages with their truths, by name."""
    found = []
    for path in sorted(folder.glob("*.json")):
        expected = json.loads(path.read_text(encoding="utf-8"))
        meta = expected.pop("_meta")
        expected |= {"language": meta["language"], "number": meta.get("number")}
        page = next(path.with_suffix(ending) for ending in (".txt", ".html") if path.with_suffix(ending).exists())
        found.append(Truth(page, expected, meta["held_out"], tuple(meta.get("never", ()))))
    return found


def read_page(path: Path, vocabulary: Vocabulary) -> dict[str, Any]:
    """The keys that the reader makes of a page; none where it makes no commitment page of it."""
    for found in read_file(path, vocabulary):
        if isinstance(found, SourceDocument) and found.commitment is not None:
            return {**in_terms_of_truth(found.commitment), "language": found.language}
    return {}


def in_terms_of_truth(page: CommitmentPage) -> dict[str, Any]:
    """The keys of a page, those of its body in the simpler form in which the truths are written."""
    keys = page.model_dump(mode="json", exclude_unset=True)
    for milestone in keys.get("milestones") or ():
        milestone["due"] = milestone.pop("due_text", None)
        if not milestone.pop("number_printed", True):
            milestone["number"] = None
    if keys.get("assessments"):
        keys["assessments"] = [
            {"phase": row["phase"], "number": row.get("plan_number"), "values": {row["variable"]: row["value"]}}
            for row in keys["assessments"]
            if row["variable"] not in ("finding", "recommendationText")
        ]
    for statement in keys.get("lineage") or ():
        end = "later_number" if statement.get("relation") == "splitInto" else "earlier_number"
        statement["plan_numbers"] = [statement[end]] if statement.get(end) else []
    return keys


def score(name: str, expected: dict[str, Any], found: dict[str, Any]) -> dict[str, Score]:
    """The score of each field of one page."""
    scores = {key: _score_value(name, key, expected, found) for key in HEADER}
    for key in INSTITUTIONS:
        if key not in expected and expected.get("language") in TRANSLATED:
            scores[key] = Score()
            continue
        scores[key] = _score_items(name, key, _names(expected, key), _names(found, key))
    scores["milestones"], scores["dates"] = _score_milestones(name, expected, found)
    own = expected.get("number")
    scores["assessments"] = _score_items(name, "assessments", _assessments(expected, own), _assessments(found, own))
    for key, items in (("references", _references), ("member_commitments", _listed)):
        scores[key] = _score_items(name, key, items(expected), items(found))
    scores["lineage"] = _score_lineage(name, _lineage(expected), _lineage(found))
    scores["as_shown"] = _score_items(name, "as_shown", _shown(expected, expected), _shown(found, expected))
    return scores


def _score_value(name: str, key: str, expected: dict[str, Any], found: dict[str, Any]) -> Score:
    """A field as a whole; a missing key, an empty value and an empty list are three different things."""
    result = Score()
    same = key in expected and key in found and _comparable(expected[key]) == _comparable(found[key])
    if same:
        result.right = 1
    else:
        result.missed, result.wrong = int(key in expected), int(key in found)
    if result.missed or result.wrong:
        result.misses.append((name, key, expected.get(key, "(no such key)"), found.get(key, "(no such key)")))
    return result


def _comparable(value: Any) -> Any:
    """Texts without differences of spaces and apostrophes; the fourth OGP value has a short and a long label."""
    if isinstance(value, list | tuple):
        return [_comparable(item) for item in value]
    if isinstance(value, str):
        text = " ".join(value.replace("’", "'").split())
        return "Technology" if text == "Technology and Innovation" else text
    return value


def _score_items(name: str, key: str, expected: Iterable[Item], found: Iterable[Item]) -> Score:
    want, got = Counter(expected), Counter(found)
    missed, wrong = want - got, got - want
    result = Score((want & got).total(), wrong.total(), missed.total())
    result.misses += [(name, key, item, "(not found)") for item in missed.elements()]
    result.misses += [(name, key, "(nothing)", item) for item in wrong.elements()]
    return result


def _names(page: dict[str, Any], key: str) -> Iterator[Item]:
    """Each name of a list of institutions; a blank and a printed absence count as one item."""
    if key not in page:
        return
    if not page[key]:
        yield ("(label without value)" if page[key] is None else "(names nobody)",)
    for institution in page[key] or ():
        yield (_comparable(institution),)


def _plain(text: str | None) -> str:
    """A text as it is compared: no bullets, no punctuation at its ends, one kind of dash."""
    return folded((text or "").replace("–", "-").replace("—", "-")).strip(" .,;:-•*")


def _same_text(expected: dict[str, Any], found: dict[str, Any]) -> bool:
    """Whether two milestones say the same; the due date may stay at the end of the text."""
    want, got = _plain(expected["text"]), _plain(found.get("text"))
    if not got.startswith(want):
        return False
    rest = got.removeprefix(want).strip(" .,;:-()").removeprefix("in ")
    return rest in ("", _plain(expected.get("due")).removeprefix("in "))


def _score_milestones(name: str, expected: dict[str, Any], found: dict[str, Any]) -> tuple[Score, Score]:
    """Milestones by printed number and text, and the dates: start, end and what is due when."""
    milestones, dates = Score(), Score()
    for key in ("start_date", "end_date"):
        dates += _score_value(name, key, expected, found)
    left = list(found.get("milestones") or ())
    for want in expected.get("milestones") or ():
        got = next((other for other in left if _same_text(want, other)), None)
        if got is not None:
            left.remove(got)
        if got is not None and _plain(got.get("number")) == _plain(want["number"]):
            milestones.right += 1
        else:
            milestones.missed += 1
            milestones.wrong += int(got is not None)
            milestones.misses.append((name, "milestones", want, got or "(not found)"))
        dates += _score_due(name, want, got or {})
    for other in left:
        milestones.wrong += 1
        milestones.misses.append((name, "milestones", "(nothing)", other))
        dates += _score_due(name, {}, other)
    return milestones, dates


def _score_due(name: str, expected: dict[str, Any], found: dict[str, Any]) -> Score:
    want, got = _due(expected), _due(found)
    if want == got:
        return Score(right=int(want is not None))
    return Score(0, int(got is not None), int(want is not None), [(name, "dates", want, got)])


def _due(milestone: dict[str, Any]) -> Item | None:
    """The printed due date without "in" before it, and its first and last day."""
    if not milestone.get("due"):
        return None
    return _plain(milestone["due"]).removeprefix("in "), milestone.get("due_start"), milestone.get("due_end")


def _assessments(page: dict[str, Any], own: str | None) -> Iterator[Item]:
    """Phase, plan number, variable and value; what names no number is about the page's own commitment."""
    for assessment in page.get("assessments") or ():
        phase = _PHASES.get(assessment["phase"], assessment["phase"])
        for variable, value in (assessment.get("values") or {}).items():
            yield phase, _plain(assessment.get("number") or own), variable, value


def _references(page: dict[str, Any]) -> Iterator[Item]:
    for reference in page.get("references") or ():
        yield str(reference["number"]).strip("[]"), reference.get("url"), reference.get("accessed")


def _listed(page: dict[str, Any]) -> Iterator[Item]:
    for line in page.get("member_commitments") or ():
        title = _comparable(line["title"])
        yield line["id"], title, line["cycle"], line.get("policy_area"), bool(line.get("starred"))


def _shown(page: dict[str, Any], expected: dict[str, Any]) -> Iterator[Item]:
    """The printed texts that the truth asks for: those of absences, and institutions of translated pages."""
    shown = page.get("as_shown") or {}
    for label in expected.get("as_shown") or {}:
        if label in shown:
            yield label, _comparable(shown[label])


def _lineage(page: dict[str, Any]) -> Iterator[Item]:
    """One item for each relation or fate and each plan number that it names."""
    for statement in page.get("lineage") or ():
        kind = statement.get("fate") or statement.get("relation")
        for number in statement.get("plan_numbers") or ("",):
            yield _RELATIONS.get(kind, kind), _plain(str(number))


def _score_lineage(name: str, expected: Iterable[Item], found: Iterable[Item]) -> Score:
    """As items; a page's statement about itself may or may not repeat the commitment's own number."""
    want, got = list(expected), list(found)
    for kind in {kind for kind, number in want if not number}:
        got = [(kind, "") if item[0] == kind else item for item in got]
    return _score_items(name, "lineage", want, got)


def total(scores: Iterable[dict[str, Score]], fields: Iterable[str]) -> Score:
    """The score of several fields over several pages."""
    fields = tuple(fields)
    return sum((page[key] for page in scores for key in fields), Score())


def _line(label: str, everywhere: Score, held_out: Score, bar: float | None = None) -> str:
    columns = (
        f"{s.right + s.missed:6d} {s.precision:6.3f} {s.recall:6.3f} {s.f1:6.3f}" for s in (everywhere, held_out)
    )
    return f"{label:26}" + "  ".join(columns) + (f"  bar {bar:.2f}" if bar else "")


def report(pages: list[Truth], scores: list[dict[str, Score]]) -> bool:
    """Print the table; whether every group reaches its bar, over all pages and over the held-out ones."""
    held = [score for truth, score in zip(pages, scores, strict=True) if truth.held_out]
    print(f"{'':26}{len(scores)} pages{'':21}{len(held)} held-out pages")
    print(f"{'':26}" + "  ".join(["     n   prec  recll     F1"] * 2))
    passed = True
    for group, (fields, bar) in GROUPS.items():
        for key in fields if len(fields) > 1 else ():
            print(_line(f"  {key}", total(scores, [key]), total(held, [key])))
        both = total(scores, fields), total(held, fields)
        print(_line(group, *both, bar))
        passed = passed and (bar is None or min(part.f1 for part in both) >= bar)
    return passed


def miss_lines(pages: list[Truth], scores: list[dict[str, Score]]) -> Iterator[str]:
    """Page, field, expected and found of each miss; the held-out pages come last, for the author of a page alone."""
    for held_out in (False, True):
        if held_out:
            yield "# held out: not to be read while working on the reader\n"
        for truth, fields in zip(pages, scores, strict=True):
            if truth.held_out == held_out:
                misses = {str(miss): miss for part in fields.values() for miss in part.misses}
                yield from ("\t".join(map(str, miss)) + "\n" for miss in misses.values())


def main() -> int:
    """Print the scores; 1 where one is below its bar."""
    parser = argparse.ArgumentParser(description="Measure how well commitment pages are read.")
    parser.add_argument("--misses", type=Path, metavar="FILE", help="write each miss: page, field, expected, got")
    arguments = parser.parse_args()
    vocabulary = Vocabulary()
    pages = truths()
    read = [read_page(truth.page, vocabulary) for truth in pages]
    scores = [score(truth.name, truth.expected, found) for truth, found in zip(pages, read, strict=True)]
    if arguments.misses:
        arguments.misses.write_text("".join(miss_lines(pages, scores)), encoding="utf-8")
    passed = report(pages, scores)
    leaks = [
        (truth.name, text)
        for truth, found in zip(pages, read, strict=True)
        for text in truth.never
        if text in json.dumps(found, ensure_ascii=False)
    ]
    for name, text in leaks:
        print(f"{name}: '{text}' must not be in the record", file=sys.stderr)
    return 0 if passed and not leaks else 1


if __name__ == "__main__":
    sys.exit(main())
