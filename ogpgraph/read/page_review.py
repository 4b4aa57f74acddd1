"""One IRM section of a page: its head, and the ratings that its text states for the commitment and its parts."""

from __future__ import annotations

import bisect
import re
from dataclasses import dataclass

from ogpgraph.dates import wordings
from ogpgraph.read.page_labels import Hit
from ogpgraph.read.page_lines import PageText
from ogpgraph.read.page_notes import without_notes
from ogpgraph.read.personal_data import without_contacts, without_persons
from ogpgraph.read.printed_values import PrintedValues, english
from ogpgraph.records import PageAssessment, ReviewSection
from ogpgraph.vocabulary import Vocabulary

_NOUN = r"(?:Commitment|Engagement|Compromiso)"
_TITLE = re.compile(rf"(?:{_NOUN}\s+)?(?:No\.\s*)?(\d{{1,3}}(?:\.\d{{1,2}})?[a-z]?)\s*[.:)–-]?\s+(?=\S)(.{{0,300}})")
_SUB_BEFORE = re.compile(rf"{_NOUN}\s+(\d{{1,3}}(?:\.\d{{1,2}})?[a-z]?)\s*[.:]?\s*(?:[^.\n]{{0,80}}\n)?\s*$")
_NAMED = re.compile(rf"([A-ZÀ-Þ][^.;:()\n]{{2,80}}?)\s*\({_NOUN}\s+(\d{{1,3}}\.\d{{1,2}}[a-z]?)\)")
_NUMBERED_LINE = re.compile(r"(?m)^(\d{1,3}\.\d{1,2}[a-z]?)\.?\s+([^\n]{3,120})$")
_IMPACT = re.compile(r"\bpotential(?:ly)?\s+(minor|moderate|transformative)\s+(?:effect|impact)\b", re.I)
_OPENED = {
    "access-to-information": "openedAccessToInformation",
    "civic-participation": "openedCivicParticipation",
    "public-accountability": "openedPublicAccountability",
}
_STATUS = {"midterm-status": "midterm", "end-of-term-status": "end-of-term"}


@dataclass(frozen=True)
class Review:
    """An IRM section with the place of its text and the labels inside it."""

    record: ReviewSection
    page: PageText
    start: int
    end: int
    hits: tuple[Hit, ...]

    @property
    def text(self) -> str:
        return self.page.text[self.start : self.end]

    def after(self, hit: Hit) -> str:
        """The text from behind a label to the next label."""
        place = bisect.bisect_left(self.hits, hit.end, key=lambda other: other.start)
        following = self.hits[place].start if place < len(self.hits) else self.end
        return self.page.text[hit.end : following]


def sub_names(text: str) -> dict[str, str]:
    """Names by which a text calls numbered parts of a commitment: "Fix it (Commitment 10.1)"."""
    names = {" ".join(match[1].split()).casefold(): match[2] for match in _NAMED.finditer(text)}
    return {name: number for name, number in names.items() if len(name) > 2}


def review_head(
    page: PageText, slug: str, phase: str, start: int, end: int, hits: list[Hit], vocabulary: Vocabulary
) -> Review:
    """The number and title of a section, the commitment's text, dates and institutions as it prints them."""
    inside = tuple(hit for hit in hits if hit.start >= start)
    bare = Review(ReviewSection(section=slug, phase=phase), page, start, end, inside)
    fields: dict[str, str | None] = {}
    opening = page.text[start : min((hit.start for hit in inside), default=end)].strip()
    first = opening.split("\n")[0]
    title = _TITLE.match(first)
    if title:
        fields["number"] = title[1]
        fields["title"] = title[2].strip() or None
    absences = PrintedValues(vocabulary, ("absence",))
    texts: list[str] = []
    for hit in inside:
        value = bare.after(hit).strip()
        if hit.slug == "commitment-text" and value:
            texts.append(value)
        elif hit.slug in ("start-date", "end-date"):
            fields.setdefault(hit.slug.replace("-", "_"), printed_date(value, absences))
        elif hit.slug in ("responsible-institutions", "plan-lead", "lead-institutions"):
            fields.setdefault("responsible", _first_line(value))
        elif hit.slug in ("supporting-institutions", "support-institutions", "plan-stakeholders"):
            fields.setdefault("supporting", _first_line(value))
    if texts:
        fields["commitment_text"] = without_contacts(without_notes("\n".join(texts)))[0] or None
    fields["text"] = without_contacts(without_notes(bare.text))[0] or None
    record = ReviewSection(section=slug, phase=phase, **{k: v for k, v in fields.items() if v})  # type: ignore[arg-type]
    return Review(record, page, start, end, inside)


def printed_date(value: str, absences: PrintedValues) -> str | None:
    """A date as printed behind its label: a stated absence, a wording with bounds, or the rest of a short line."""
    line = _first_line(value) or ""
    concept, rest = absences.at_start(line)
    if concept is not None:
        return line[: len(line) - len(rest)].strip()
    spans = wordings(line)
    if spans and spans[0][0] == 0:
        return line[: spans[0][1]].strip()
    return line if 0 < len(line) <= 60 else None


def _first_line(value: str) -> str | None:
    line = next((line.strip() for line in value.split("\n") if line.strip()), "")
    return without_persons(line)[0] or None


def review_assessments(
    review: Review, vocabulary: Vocabulary, own: str | None
) -> tuple[list[PageAssessment], list[tuple[int, str]]]:
    """The ratings of a section by phase and number of the plan, and the statuses that no label explains."""
    found: list[PageAssessment] = []
    doubts: list[tuple[int, str]] = []
    values = PrintedValues(vocabulary, ("completion", "absence"))
    current: str | None = None
    numbers: list[str] = []
    for hit in review.hits:
        before = _SUB_BEFORE.search(review.page.text[max(review.start, hit.start - 160) : hit.start])
        current = before[1] if before else current
        if hit.slug in _STATUS or hit.slug == "completion":
            phase = _STATUS.get(hit.slug, review.record.phase)
            line = (review.after(hit).strip().split("\n") or [""])[0]
            concept, _ = values.at_start(line)
            if concept is None:
                if line:
                    doubts.append(
                        (
                            hit.start,
                            f"status '{line[:80]}' is no label of completion: add it to "
                            f"ontology/schemes/completion.ttl",
                        )
                    )
                continue
            printed = " ".join((review.page.text[hit.start : hit.end] + " " + line[: len(line) - len(_)]).split())
            other = current if current != own else None
            numbers += [current] if current and current not in numbers else []
            found.append(_rating(phase, "completion", english(concept), printed, other))
        elif hit.slug == "did-it-open-government":
            found += _opened(review, hit, vocabulary, [n for n in numbers if n != own])
    impact = _IMPACT.search(review.text)
    if impact and review.record.phase in ("design", "midterm"):
        found.append(_rating(review.record.phase, "potentialImpact", impact[1].capitalize(), impact[0], None))
    return found, doubts


def _rating(phase: str, variable: str, value: str, printed: str, plan_number: str | None) -> PageAssessment:
    more = {"plan_number": plan_number} if plan_number else {}
    return PageAssessment(phase=phase, variable=variable, value=value, printed=printed, **more)  # type: ignore[arg-type]


def _opened(review: Review, hit: Hit, vocabulary: Vocabulary, others: list[str]) -> list[PageAssessment]:
    """Did It Open Government, value by value; the heading closes a section, so it holds for all its numbers."""
    ratings = PrintedValues(vocabulary, ("early-results",))
    scheme = vocabulary.schemes["ogp-value"]
    labels = {label: c.value.rpartition("/")[2] for label, c in scheme.labels.items()}
    words = "|".join(re.escape(label).replace("'", "['’]") for label in sorted(labels, key=len, reverse=True))
    text = review.page.text[hit.end : review.end]
    found: list[PageAssessment] = []
    for match in re.finditer(rf"(?<!\w)({words})\s?:\s*", text[:3000], re.I):
        following = text[match.end() : match.end() + 80].split("\n")[0].strip()
        slug = labels.get(" ".join(match[1].replace("’", "'").split()).casefold(), "")
        concept, rest = ratings.at_start(following)
        if slug in _OPENED and concept is not None:
            printed = following[: len(following) - len(rest)].strip()
            for number in (None, *others):
                found.append(_rating("end-of-term", _OPENED[slug], english(concept), printed, number))
    return found
