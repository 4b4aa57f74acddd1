"""The body of a commitment page: what the government wrote, what the IRM wrote, notes and the list at the foot."""

from __future__ import annotations

import bisect
import itertools
import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from ogpgraph.dates import wordings as wordings_of_dates
from ogpgraph.problems import Problem, Severity
from ogpgraph.read import lineage_wordings as wordings
from ogpgraph.read.foot_list import foot_list
from ogpgraph.read.page_context import PageContext
from ogpgraph.read.page_labels import Hit
from ogpgraph.read.page_lines import Line, PageText
from ogpgraph.read.page_milestones import (
    INSIDE_BULLET,
    Step,
    counted_steps,
    dated_bullets,
    dated_by_step,
    dated_numbers,
    labelled_steps,
    merged,
    numbered_steps,
    road_map_steps,
    step,
)
from ogpgraph.read.page_notes import Note, notes_in, reference, without_notes
from ogpgraph.read.page_review import Review, review_assessments, review_head, sub_names
from ogpgraph.read.personal_data import of_contact, without_contacts
from ogpgraph.read.printed_values import english
from ogpgraph.records import PageAssessment, PageLineage, PageMilestone, PageReference
from ogpgraph.vocabulary import Vocabulary

_OWNERS_LIST = re.compile(
    r"(?m)^[^\n]{2,60}?['’]s Commitments[ \t]*$|(?<=\s)[A-ZÀ-Þ][\w'’-]{1,40}['’]s Commitments(?=\s+1\.\s)"
)
_LISTED = re.compile(r"(?<![A-Za-z0-9])[A-Z]{2,4}\d{4}, ?(?:19|20)\d{2}")
_ROMAN_ITEM = re.compile(r"^(?:[ivx]{1,4}|[a-h])[.)]\s+(.{3,120})$")
# Headings of the plan that running text sets behind the principles.
_NEXT_HEADING = re.compile(
    r"(?<=[a-zà-ÿ.)])\s+(?:Challenges|Ambitions|Issues|Enjeux|Défis|Desafíos|Retos|Ambiciones)\s+(?=[A-ZÀ-Þ])"
)
_BOTH_DATES = re.compile(
    r"\b(?:start(?:\s+date)?\s*(?:and|&|/|-|–)\s*end(?:\s+dates?)?|dates? de début et (?:de )?(?:la )?fin"
    r"|fechas? de inicio y (?:de )?(?:finalización|término|fin|cierre))(?:\s+of the commitment|\s+de l['’]engagement"
    r"|\s+del compromiso)?\s*(?::|(?=\n)|(?=\s+(?:from\s+)?(?:\d|[A-Z][a-z]+\s\d{4})))",
    re.I,
)
_BETWEEN_DATES = re.compile(
    r"\s*[–—]\s*|\s+-\s*|\s+(?:to|until|till|through|and|à|au|a|al|hasta)\s+|(?<=\d{4})-(?=\w)|\s*;\s*", re.I
)
_LONGEST_START = 12
_LONGEST_PRINCIPLES = 120
_SENTENCE_BEGINS = re.compile(r"(?<=[a-zà-ÿ.)])\s+(?=[A-ZÀ-Þ][\w'’]*\s+(?!(?:and|of|to|for|et|y|de|à|aux?)\b)[a-zà-ÿ])")
_REVIEWS = {"irm-midterm-section": "midterm", "irm-end-of-term-section": "end-of-term"}
_SIGNED = re.compile(
    r"(?:\s+(?:Open Government Partnership|Partenariat pour un gouvernement ouvert"
    r"|Alianza para el Gobierno Abierto))+[\s.]*$"
)
_DROPPED = ("trap-link", "site-name", "skip-navigation", "see-more")


@dataclass(frozen=True)
class Part:
    """A section of the body, from its first to its last offset."""

    slug: str
    start: int
    end: int


@dataclass
class Body:
    """The keys that the body gives, and what was doubtful."""

    fields: dict[str, Any] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)


def text_end(text: str) -> int:
    """Where a page ends before the website's name at its foot, on a line of its own or in running text."""
    signed = _SIGNED.search(text, max(0, len(text) - 200))
    return signed.start() if signed else len(text)


class BodyReader:
    """Reads everything below the header of one page."""

    def __init__(
        self,
        page: PageText,
        hits: list[Hit],
        header: dict[str, Any],
        vocabulary: Vocabulary,
        context: PageContext,
        shown: str,
    ) -> None:
        self.page, self.text, self.hits = page, page.text, hits
        self.header, self.vocabulary, self.context, self.shown = header, vocabulary, context, shown
        self.starts = [hit.start for hit in hits]
        self.furniture = {self.text[hit.start : hit.end].strip() for hit in hits if hit.slug in _DROPPED}
        self.end = text_end(self.text)
        self.body = Body()
        self.reviews: list[Review] = []
        self.steps: list[Step] = []
        self.lineage: list[PageLineage] = []
        self.assessments: list[PageAssessment] = []
        self.references: list[PageReference] = []

    def read(self, start: int) -> Body:
        """All sections from an offset on."""
        parts = list(self.parts(start))
        self.names = sub_names(self.text[start:])
        for part in parts:
            if part.slug in _REVIEWS:
                self.reviews.append(self._review(part))
        self.number = self._own_number()
        for part in parts:
            if part.slug == "description":
                self._description(part)
            elif part.slug == "member-commitments":
                self._foot(part)
        for review in self.reviews:
            self._review_facts(review)
        self._finish()
        return self.body

    def parts(self, start: int) -> Iterator[Part]:
        """The sections of the body; what stands before the first heading is the description."""
        marks = [(start, start, "description")]
        for hit in self.hits:
            if hit.start < start or not (hit.group == "section" or hit.slug in ("related-stories", "trap-link")):
                continue
            if hit.slug == "description" and any(mark[2] != "description" for mark in marks):
                continue
            marks.append((hit.start, hit.end, hit.slug))
        owners = _OWNERS_LIST.search(self.text, start)
        if owners:
            marks.append((owners.start(), owners.end(), "member-commitments"))
        elif not any(mark[2] == "member-commitments" for mark in marks):
            listed = [match.start() for match in _LISTED.finditer(self.text, start)]
            if len(listed) >= 3:
                line = max(0, self.page.index_at(listed[0]) - 1)
                begin = max(start, self.page.starts[line])
                marks.append((begin, begin, "member-commitments"))
        marks.sort()
        for i, (_, begin, slug) in enumerate(marks):
            end = marks[i + 1][0] if i + 1 < len(marks) else max(begin, self.end)
            if end > begin and self.text[begin:end].strip():
                yield Part(slug, begin, end)

    def _within(self, part: Part) -> list[Hit]:
        return self.hits[bisect.bisect_left(self.starts, part.start) : bisect.bisect_left(self.starts, part.end)]

    def _slice(self, part: Part, hit: Hit, *ends: str) -> tuple[int, int]:
        """From behind a label to the next label of its section (of some kinds only, where they are named)."""
        for following in itertools.islice(self.hits, bisect.bisect_left(self.starts, hit.end), None):
            if following.start >= part.end:
                break
            if not ends or following.slug in ends:
                return hit.end, following.start
        return hit.end, part.end

    def _lines(self, start: int, end: int) -> list[Line]:
        """The lines of a part without those that are furniture of the website."""
        return [line for line in self.page.between(start, end) if line.text.strip(" .") not in self.furniture]

    # What the government wrote

    def _description(self, part: Part) -> None:
        hits = self._within(part)
        text = self._plain(part, hits)
        if text:
            before = self.body.fields.get("text")
            self.body.fields["text"] = f"{before}\n{text}" if before else text
        for said in wordings.origins(self.text[part.start : part.end], self.vocabulary):
            self._say(said, "government", part.start, later=self.header.get("id"))
        self._both_dates(part)
        steps: list[Step] = []
        dates_of_steps_end = -1
        for hit in hits:
            begin, end = self._slice(part, hit)
            if hit.slug == "milestones":
                begin, end = self._past_columns(part, begin, end)
                dates_of_steps_end = max(dates_of_steps_end, begin)
            if hit.slug == "milestones" and dated_by_step(self._lines(begin, part.end)):
                end = dates_of_steps_end = self._steps_end(part, hit)
            if hit.slug == "plan-principles" and "principles" not in self.body.fields:
                self._principles(begin, end)
            elif hit.slug == "plan-road-map":
                begin, end = self._slice(part, hit, "milestones", "plan-contact", "plan-additional")
                steps += road_map_steps(self._lines(begin, end))
            elif hit.slug == "milestones":
                steps += numbered_steps(self._lines(begin, end), "description")
            elif hit.slug in ("start-date", "end-date") and hit.start >= dates_of_steps_end:
                self._date(hit, end)
        lines = self._lines(part.start, part.end)
        self.steps += steps or labelled_steps(lines, "description") or dated_numbers(lines) or dated_bullets(lines)
        self._notes(part, "description")

    def _past_columns(self, part: Part, begin: int, end: int) -> tuple[int, int]:
        """A list of steps behind the heads of its columns: "Start Date:" and "End Date:" without values."""
        for hit in self._within(part):
            if hit.start < begin or hit.slug not in ("start-date", "end-date"):
                continue
            if self.text[begin : hit.start].strip():
                break
            begin, end = self._slice(part, hit)
        return begin, end

    def _steps_end(self, part: Part, hit: Hit) -> int:
        """Where a list of steps with dates of their own ends: at the next label that is no date."""
        later = (h.start for h in self._within(part) if h.start >= hit.end and h.slug not in ("start-date", "end-date"))
        return min(later, default=part.end)

    def _plain(self, part: Part, hits: list[Hit]) -> str:
        """The text of a part without furniture, contacts and notes."""
        dropped = [(hit.start, hit.end) for hit in hits if hit.slug in _DROPPED]
        dropped += [(hit.start, self._contact_end(part, hit)) for hit in hits if hit.slug == "plan-contact"]
        found: list[str] = []
        place = part.start
        for begin, end in [*sorted(dropped), (part.end, part.end)]:
            for line in self._lines(place, begin) if begin > place else ():
                found.append(f"{line.bullet} {line.text}" if line.bullet else line.text)
            place = max(place, end)
        text, cut = without_contacts(without_notes("\n".join(found)))
        if cut or any(hit.slug == "plan-contact" for hit in hits):
            what = " and ".join(cut) or "data of a contact"
            self._problem(part.start, "personal-data", f"{what} stood in the text and was left out")
        return text.strip()

    def _contact_end(self, part: Part, hit: Hit) -> int:
        """Data of a contact: the rest of the line, or the next line where the label fills its own."""
        end = self._slice(part, hit)[1]
        line = self.text.find("\n", hit.end, end)
        if line >= 0 and not self.text[hit.end : line].strip():
            line = self.text.find("\n", line + 1, end)
        while 0 <= line < end:
            stop = self.text.find("\n", line + 1, end)
            following = self.text[line + 1 : end if stop < 0 else stop]
            if not of_contact(following):
                break
            line = stop
        return end if line < 0 else line

    def _principles(self, start: int, end: int) -> None:
        line = next((line.text for line in self._lines(start, end)), "")
        opened = _NEXT_HEADING.search(line, 0, 400) or (
            _SENTENCE_BEGINS.search(line) if len(line) > _LONGEST_PRINCIPLES or line.endswith(".") else None
        )
        line = line[: opened.start()] if opened else line
        if len(line) > 250:
            self._problem(
                start, "unread-text", "the principles run into the text that follows and were not read: see the page"
            )
            return
        values = tuple(item.strip(" .") for item in re.split(r"[,;•]", line) if item.strip(" ."))
        self.body.fields["principles"] = values or None

    def _date(self, hit: Hit, end: int) -> None:
        key = hit.slug.replace("-", "_")
        line = self.text[hit.end : end].split("\n")
        value = next((part.strip() for part in line if part.strip()), "")
        if key not in self.header and key not in self.body.fields:
            self.body.fields[key] = value[:60] or None

    def _both_dates(self, part: Part) -> None:
        """ "Commitment Start and End Date: October 2018 – June 2020": a date each."""
        label = _BOTH_DATES.search(self.text, part.start, part.end)
        if label is None:
            return
        line = self.text[label.end() : part.end].strip().split("\n")[0][:120]
        spans = [span for span in wordings_of_dates(line) if span[0] < _LONGEST_START]
        if not spans:
            return
        ends = spans[1][1] if len(spans) > 1 and spans[1][0] - spans[0][1] < _LONGEST_START else spans[0][1]
        dates = [date.strip(" .,;") for date in _BETWEEN_DATES.split(line[:ends], maxsplit=1)]
        for key, date in zip(("start_date", "end_date"), dates, strict=False):
            if date and key not in self.header:
                self.body.fields.setdefault(key, date)

    # What the reviewers wrote

    def _review(self, part: Part) -> Review:
        phase = _REVIEWS[part.slug]
        reports = " ".join(self.header.get("irm_reports") or ()).casefold()
        if (
            phase == "midterm"
            and re.search(r"design|conception|diseño", reports)
            and not re.search(r"mid-?\s?term|progress|mi-parcours|medio", reports)
        ):
            phase = "design"
        return review_head(self.page, part.slug, phase, part.start, part.end, self._within(part), self.vocabulary)

    def _own_number(self) -> str | None:
        """The number that the reviews print above their text; one whose title is the page's comes first."""
        numbered = [review.record for review in self.reviews if review.record.number]
        title = re.sub(r"\W", "", self.header.get("title", "")).casefold()
        named = [r for r in numbered if r.title and re.sub(r"\W", "", r.title).casefold() == title]
        return next((r.number for r in [*named, *numbered]), None)

    def _review_facts(self, review: Review) -> None:
        part = Part(review.record.section, review.start, review.end)
        phase = review.record.phase
        for key in ("start_date", "end_date"):
            value = getattr(review.record, key)
            if value and key not in self.header:
                self.body.fields.setdefault(key, value)
        self._review_steps(review, part)
        found, doubts = review_assessments(review, self.vocabulary, self.number)
        self.assessments += [self._with_id(assessment) for assessment in found]
        for offset, message in doubts:
            self._problem(offset, "unknown-value", message)
        text = self.text[part.start : part.end]
        for said in wordings.divisions(text):
            self._say(said, "irm", part.start)
        for said in wordings.replacements(text, self.names):
            self._say(said, "irm", part.start)
        for assessment in found:
            if assessment.variable == "completion" and assessment.value == "Withdrawn":
                said = wordings.Said(
                    assessment.printed or "Withdrawn", 0, fate="withdrawn", number=assessment.plan_number or self.number
                )
                self._say(said, "irm", part.start)
        for hit in self._within(part):
            begin, end = self._slice(part, hit)
            if hit.slug == "carried-forward":
                for said in wordings.fates(self.text[begin:end]):
                    self._fate(said, begin)
            elif hit.slug == "next-steps":
                notes = [part.start + note.start for note in notes_in(text) if part.start + note.start >= begin]
                self._advice(begin, min([end, *notes]), phase)
        self._notes(part, phase)

    def _review_steps(self, review: Review, part: Part) -> None:
        hits = self._within(part)
        listed = [hit for hit in hits if hit.slug == "milestones"]
        for hit in listed:
            self.steps += numbered_steps(self._lines(*self._slice(part, hit)), review.record.phase)
        for hit in hits if not listed else ():
            if hit.slug != "commitment-text":
                continue
            lines = self._lines(*self._slice(part, hit))
            if not any(line.bullet or INSIDE_BULLET.search(line.text) for line in lines):
                self.steps += counted_steps(lines, review.record.phase)
                continue
            number = review.record.number
            head = f"{number}. {review.record.title}"
            for line in lines:
                first, *inside = INSIDE_BULLET.split(line.text.replace(head, "").strip())
                item = _ROMAN_ITEM.match(first)
                if item:
                    number = self.names.get(" ".join(item[1].split()).casefold(), number)
                bullets = [first, *inside] if line.bullet and not item else inside
                self.steps += [step(text, plan_number=number, printed_in=review.record.phase) for text in bullets]

    def _advice(self, start: int, end: int, phase: str) -> None:
        lines = [part for line in self._lines(start, end) for part in INSIDE_BULLET.split(line.text)]
        text = "\n".join(lines)
        for code in wordings.advice(text):
            concept = self.vocabulary.concept("recommendation", code)
            if concept is not None:
                self.assessments.append(PageAssessment(phase=phase, variable="recommends", value=english(concept)))
        for line in lines:
            words = without_contacts(line)[0].strip()
            if words:
                self.assessments.append(PageAssessment(phase=phase, variable="recommendationText", value=words))

    def _fate(self, said: wordings.Said, offset: int) -> None:
        """A fate under one heading may hold for several numbers of the plan: it is given to the page's own."""
        several = {number for number in self.names.values() if number != self.number}
        doubt = said.doubt
        if several and not said.number:
            also = f"the text may also mean {', '.join(sorted(several))}"
            doubt = f"{doubt}; {also}" if doubt else also
            self._problem(
                offset, "doubtful-lineage", f"'{said.printed}': {also}: it was given to this page's commitment"
            )
        entry = wordings.Said(**{**vars(said), "doubt": doubt, "number": said.number or self.number})
        self._say(entry, "irm", offset)

    # Records with the ids that are known

    def _say(self, said: wordings.Said, by: str, offset: int, later: str | None = None) -> None:
        backward = by == "government"
        cycle = said.plan[:4] if backward and said.plan else self.header.get("cycle")
        earlier = self._id(said.number, cycle) if said.number else None
        if not backward and said.number in (None, self.number):
            earlier = self.header.get("id")
        subsequent = later or (
            self._id(said.later_number, cycle) if said.later_number and said.relation == "splitInto" else None
        )
        if said.relation == "splitInto" and said.number == self.number:
            earlier = None
        doubt = said.doubt
        if said.number and earlier is None and said.relation != "splitInto":
            unresolved = f"number {said.number} is not resolved to an id"
            doubt = f"{doubt}; {unresolved}" if doubt else unresolved
            self._problem(
                offset + said.start,
                "unresolved-number",
                f"'{said.printed}' names number {said.number} of a plan, whose id is not known here: the "
                f"statement stays on the number",
            )
        fields = {
            "relation": said.relation, "fate": said.fate, "earlier": earlier, "earlier_number": said.number,
            "earlier_title": said.title, "earlier_plan": said.plan if backward else None, "later": subsequent,
            "later_number": said.later_number, "later_plan": said.plan if not backward else None,
            "initiative": said.initiative, "asserted_by": by, "printed": said.printed, "doubt": doubt,
        }  # fmt: skip
        entry = PageLineage(**{key: value for key, value in fields.items() if value})  # type: ignore[arg-type]
        if entry not in self.lineage:
            self.lineage.append(entry)

    def _id(self, number: str | None, cycle: str | None) -> str | None:
        """The id of a plan number: the page's own, or one that is known."""
        if number is None:
            return None
        if number == self.number and cycle == self.header.get("cycle"):
            return self.header.get("id")
        code = re.sub(r"\d", "", self.header.get("id", ""))
        return self.context.commitments.get((code, cycle or "", number))

    def _with_id(self, assessment: PageAssessment) -> PageAssessment:
        if not assessment.plan_number:
            return assessment
        known = self._id(assessment.plan_number, self.header.get("cycle"))
        if known is None:
            self._problem(
                0,
                "unresolved-number",
                f"{assessment.variable} of number {assessment.plan_number} ({assessment.phase}): no id is known "
                f"for it, so the value stays on the number",
            )
            return assessment
        return assessment.model_copy(update={"commitment": known})

    def _notes(self, part: Part, cited_in: str) -> None:
        for note in notes_in(self.text[part.start : part.end]):
            self._note(note, part.start, cited_in)

    def _note(self, note: Note, offset: int, cited_in: str) -> None:
        record, cut = reference(note, cited_in)
        if cut:
            self._problem(offset + note.start, "personal-data", f"note {note.number}: {' and '.join(cut)} was left out")
        self.references.append(record)

    def _foot(self, part: Part) -> None:
        entries, unknown = foot_list(self.text[part.start : part.end], self.vocabulary)
        if entries:
            self.body.fields["member_commitments"] = (*self.body.fields.get("member_commitments", ()), *entries)
        for offset, tag in unknown:
            self._problem(
                part.start + offset,
                "unknown-value",
                f"list at the foot: '{tag[:80]}' is no policy area that is known: add it to "
                f"ontology/schemes/policy-area.ttl",
            )

    def _finish(self) -> None:
        self.steps = [replace(each, text=without_contacts(each.text)[0]) for each in self.steps]
        milestones: list[PageMilestone] = merged(self.steps, self.number)
        milestones = [
            m.model_copy(update={"commitment": known})
            if m.plan_number and (known := self._id(m.plan_number, self.header.get("cycle")))
            else m
            for m in milestones
        ]
        for milestone in milestones:
            if milestone.due_text and not milestone.due_end:
                self._problem(
                    0, "unread-date", f"milestone {milestone.number}: due '{milestone.due_text}' gives no bounds"
                )
        for key, found in (
            ("number", self.number),
            ("milestones", tuple(milestones)),
            ("assessments", tuple(self.assessments)),
            ("lineage", tuple(self.lineage)),
            ("references", tuple(self.references)),
            ("reviews", tuple(review.record for review in self.reviews)),
        ):
            if found:
                self.body.fields.setdefault(key, found)

    def _problem(self, offset: int, rule: str, message: str) -> None:
        line = self.page.number_at(offset) if offset else 0
        self.body.problems.append(Problem(self.shown, line, rule, message, Severity.WARNING))
