"""The header of a commitment page: its title and its labelled fields, as values or as stated absences."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from ogpgraph.problems import Problem, Severity
from ogpgraph.read.institution_names import same_printed, split_names
from ogpgraph.read.page_context import PageContext
from ogpgraph.read.page_labels import Hit, label_book
from ogpgraph.read.page_lines import PageText
from ogpgraph.read.page_values import LABELS, PAGE_VARIABLES, PageVariable
from ogpgraph.read.personal_data import without_persons
from ogpgraph.read.printed_values import PrintedValues, english, english_wording
from ogpgraph.vocabulary import Vocabulary, folded

ID = re.compile(r"\(\s*([A-Za-z]{2,4}\d{4})\s*\)")
_YEAR = re.compile(r"(?<!\d)(?:19|20)\d{2}(?!\d)")
_LISTS = {"action-plan": "action_plan", "irm-reports": "irm_reports"}
_NAMES = {"lead-institutions": "lead_institutions", "support-institutions": "support_institutions"}
_TITLE_WORD = {
    "action-plan": re.compile(r"\bplans?\b|\bplan\b", re.I),
    "irm-reports": re.compile(r"report|review|rapport|revue|examen|informe|revisi[oó]n|assessment|brief", re.I),
}
# Labels of a local plan that tell its layout; those without a key of their own are kept as printed.
LOCAL = {
    "institutions-involved": "Institutions Involved",
    "inception-report": "Inception Report",
    "end-of-commitment-report": "End of Commitment Report",
    "plan-submission": "Action Plan Submission",
    "plan-end": "Action Plan End",
    "duration": "Duration",
    "date-submitted": "Date Submitted",
}
# A first text behind the last coded label that is longer than this is no value but the text of the page.
_LONGEST_VALUE = 120
_LONGEST_LIST = 3000


@dataclass
class Header:
    """The fields found, the printed texts, what was doubtful, and where the body begins."""

    fields: dict[str, Any] = field(default_factory=dict)
    as_shown: dict[str, str] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    body_start: int = 0
    slugs: set[str] = field(default_factory=set)
    stakeholders: list[str] = field(default_factory=list)


class HeaderReader:
    """Reads one page's header; the labels are those that :class:`~.page_labels.LabelBook` found."""

    def __init__(
        self, page: PageText, hits: list[Hit], vocabulary: Vocabulary, context: PageContext, shown: str
    ) -> None:
        self.page = page
        self.text = page.text
        self.hits = hits
        self.vocabulary = vocabulary
        self.context = context
        self.shown = shown
        self.header = Header()
        self.absences = PrintedValues(vocabulary, ("absence",))

    def read(self, code: str) -> Header:
        """All fields above the text of the page. ``code`` is the member's, whose known names help."""
        self.known = self.context.institutions.get(code, ())
        header = self.header
        fields = self._header_hits()
        header.body_start = self._title_end()
        for i, hit in enumerate(fields):
            if hit.group not in ("header-field", "local-field"):
                header.body_start = max(header.body_start, hit.end)
                continue
            end = fields[i + 1].start if i + 1 < len(fields) else self._limit
            header.slugs.add(hit.slug)
            used = self._field(hit, hit.end, end, last=i + 1 == len(fields))
            header.body_start = max(header.body_start, used)
        return header

    def _header_hits(self) -> list[Hit]:
        """The first hit of each label above the description and the sections."""
        sections = [hit for hit in self.hits if hit.group == "section" and hit.slug != "description"]
        self._limit = min((hit.start for hit in sections), default=len(self.text))
        opening = next((hit for hit in self.hits if hit.slug == "description" and hit.start < self._limit), None)
        if opening is not None and any(
            hit.start < opening.start for hit in self.hits if hit.group in ("header-field", "local-field")
        ):
            self._limit = opening.start
        found: list[Hit] = []
        seen: set[str] = set()
        for hit in self.hits:
            if hit.start >= self._limit:
                break
            if hit.group in ("plan-label", "review-label"):
                if len(seen) >= 3 and not self._header_goes_on(hit, seen):
                    self._limit = min(self._limit, hit.start)
                    break
                continue
            if hit.slug in seen or hit.group not in ("header-field", "local-field", "heading"):
                continue
            if found and self._body_began(found[-1], hit):
                break
            seen.add(hit.slug)
            found.append(hit)
        return found

    def _header_goes_on(self, hit: Hit, seen: set[str]) -> bool:
        """Whether further fields of the header follow a label of the plan: it stands inside a list, then."""
        later = [
            other
            for other in self.hits
            if hit.start < other.start < min(self._limit, hit.start + _LONGEST_LIST)
            and other.group == "header-field"
            and other.slug not in (*seen, "start-date", "end-date")
        ]
        return any(other.colon or other.whole_line or other.slug == "policy-areas" for other in later)

    def _body_began(self, last: Hit, hit: Hit) -> bool:
        """Whether the text of the page stands between two labels: behind the last field of every layout."""
        if last.slug not in ("completion", "implementation"):
            return False
        between = self.text[last.end : hit.start].strip()
        if last.slug == "completion":
            between = self._values("completion").at_start(between)[1]
        return len(between) > _LONGEST_VALUE

    def _title_end(self) -> int:
        found = ID.search(self.text)
        return found.end() if found else 0

    def _values(self, key: str) -> PrintedValues:
        return PrintedValues(self.vocabulary, (*PAGE_VARIABLES[key].schemes, "absence"))

    def _field(self, hit: Hit, start: int, end: int, last: bool) -> int:
        """Read one field between two labels; returns where its value ends."""
        printed = self.text[start:end].strip()
        key = hit.slug.replace("-", "_")
        if key in PAGE_VARIABLES:
            return self._coded(PAGE_VARIABLES[key], printed, start, end, last)
        if last:
            printed, end = self._first_lines(start, end, hit)
        if hit.slug in _NAMES:
            self._names(hit, start, end)
        elif hit.slug in _LISTS:
            self._titles(hit, printed)
        elif hit.slug == "cycle":
            self._cycle(printed, start)
        elif hit.slug in LOCAL:
            self.header.as_shown[LOCAL[hit.slug]] = without_persons(" ".join(printed.split()))[0]
            if hit.slug == "plan-end" and printed:
                self.header.fields.setdefault("end_date", " ".join(printed.split()))
        elif key in ("start_date", "end_date", "primary_sector"):
            self.header.fields[key] = " ".join(printed.split()) or None
        elif hit.slug == "commitment-number":
            self.header.fields["number"] = printed.split()[0] if printed else None
        elif hit.slug == "country":
            self.header.fields["country"] = " ".join(printed.split()) or None
        return end

    def _first_lines(self, start: int, end: int, hit: Hit) -> tuple[str, int]:
        """The value of the last label of a header without a heading below: the rest of its line, or the next line."""
        taken: list[str] = []
        stop = start
        for i in range(self.page.index_at(start), len(self.page.lines)):
            begin = self.page.starts[i]
            line = self.page.lines[i]
            if begin >= end or (taken and (line.after_blank or hit.slug not in _NAMES)):
                break
            part = self.page.text[max(begin, start) : min(end, begin + len(line.text))].strip()
            if taken and (len(part) > _LONGEST_VALUE or (part.endswith(".") and not line.bullet)):
                break
            if min(end, begin + len(line.text)) == len(self.text):
                part = self._without_cut_label(part, start)
            if part:
                taken.append(part)
            elif begin > start and taken:
                break
            stop = min(end, begin + len(line.text))
        return "\n".join(taken), stop

    def _without_cut_label(self, part: str, offset: int) -> str:
        """The last text of a file without the beginning of a label in which the file was cut off."""
        words = part.split(" ")
        for count in range(min(5, len(words)), 0, -1):
            tail = " ".join(words[-count:])
            if len(tail) > 3 and tail[0].isupper() and count < len(words) + (part != tail) and _begins_label(tail):
                self._problem(
                    offset, "cut-off", f"the file ends in '{tail}', which begins a label: it was taken for no value"
                )
                return " ".join(words[:-count]).strip()
        return part

    def _coded(self, variable: PageVariable, printed: str, start: int, end: int, last: bool) -> int:
        plural = variable.key in ("policy_areas", "relevant_to_ogp_values")
        if last:
            stop = self._value_end(variable, start, end, plural)
            printed = self.text[start:stop].strip()
            end = stop
        if not printed:
            self.header.fields[variable.key] = None
        elif plural:
            self._coded_list(variable, printed, start)
        else:
            self._coded_value(variable, printed, start)
        return end

    def _value_end(self, variable: PageVariable, start: int, end: int, plural: bool) -> int:
        """Where the last coded value of a header ends and the text of the page begins."""
        text = self.text[start:end]
        line_end = text.find("\n")
        first = text if line_end < 0 else text[:line_end]
        values = self._values(variable.key)
        if first.strip():
            found, rest = values.at_start(first.strip())
            if not plural:
                whole = found is not None or len(first.strip()) > _LONGEST_VALUE
                return start + len(first.rstrip()) - (len(rest) if whole else 0)
            if not values.listed(first)[1] or len(first) < 400:
                return start + len(first)
            return start + len(first.rstrip()) - len(rest)
        following = text[line_end + 1 :] if line_end >= 0 else ""
        if plural:
            return start + line_end + 1 + self._listed_end(values, following) if line_end >= 0 else start
        second = following.split("\n", 1)[0]
        if values.known(second) is not None and len(second) < 400:
            return start + line_end + 1 + len(second)
        return start

    @staticmethod
    def _listed_end(values: PrintedValues, text: str) -> int:
        """Where a list below its label ends: its first line may hold unknown items, the others are values alone."""
        end = place = 0
        for line in text.split("\n"):
            known, unknown = values.listed(line)
            if len(line) >= 400 or not known or (end and unknown):
                break
            end = place + len(line)
            place += len(line) + 1
        return end

    def _coded_value(self, variable: PageVariable, printed: str, start: int) -> None:
        concept, rest = self._values(variable.key).at_start(" ".join(printed.split()))
        key, label = variable.key, variable.label
        if concept is None:
            self.header.fields[key] = None
            self.header.as_shown[label] = " ".join(printed.split())[:300]
            self._problem(
                start,
                "unknown-value",
                f"{label}: '{printed[:80]}' is no value of {', '.join(variable.schemes)}: add it as a label of "
                f"that scheme in ontology/schemes/, or correct the page",
            )
            return
        shown = " ".join(printed.split())
        shown = shown[: len(shown) - len(rest)].strip() if rest else shown
        value = english_wording(concept, shown)
        self.header.fields[key] = value
        if shown != value:
            self.header.as_shown[label] = shown
        if rest:
            self._problem(
                start,
                "unread-text",
                f"{label}: '{rest[:80]}' stands behind the value '{value}' and was not read: see whether it "
                f"belongs to the page",
            )

    def _coded_list(self, variable: PageVariable, printed: str, start: int) -> None:
        shown = " ".join(printed.split())
        if self.absences.known(shown) is not None:
            self.header.fields[variable.key] = ()
            self.header.as_shown[variable.label] = shown
            return
        concepts, unknown = PrintedValues(self.vocabulary, variable.schemes).listed(printed)
        values = tuple(english(concept) for concept in concepts)
        self.header.fields[variable.key] = values
        if shown != ", ".join(values):
            self.header.as_shown[variable.label] = shown
        for item in unknown:
            self._problem(
                start,
                "unknown-value",
                f"{variable.label}: '{item[:80]}' is no label of {' or '.join(variable.schemes)}: add it to "
                f"ontology/schemes/{variable.schemes[0]}.ttl; until then it stands in as_shown only",
            )

    def _names(self, hit: Hit, start: int, end: int) -> None:
        key, label = _NAMES[hit.slug], LABELS[_NAMES[hit.slug]]
        lines = [(f"{line.bullet} " if line.bullet else "") + line.text for line in self.page.between(start, end)]
        printed = "\n".join(lines)
        if len(printed) > _LONGEST_LIST:
            printed = printed[:_LONGEST_LIST].rpartition(" ")[0]
            self._problem(
                start,
                "unread-text",
                f"{label}: only the first {_LONGEST_LIST} letters were read: a list of institutions is never that long",
            )
        clean, cut = without_persons(printed)
        if cut:
            self._problem(
                start,
                "personal-data",
                f"{label}: {' and '.join(cut)} stood in the list and was left out: only bodies enter a record",
            )
        if not clean.strip():
            self.header.fields[key] = None
            return
        shown = " ".join(clean.split()).lstrip("•○●◦▪ ")
        self.header.as_shown[label] = shown
        if self.absences.known(shown) is not None:
            self.header.fields[key] = ()
            return
        split = split_names(self._with_breaks(clean), self.known)
        self.header.fields[key] = tuple(split.names)
        for doubt in split.doubts:
            self._problem(
                start,
                "doubtful-split",
                f"{label}: {doubt}: see the printed text and name the bodies in data/institutions/",
            )

    def _with_breaks(self, printed: str) -> list[str]:
        """The printed list with the line breaks of the same list in the description, where it stands there too."""
        for lines in self._lists_below():
            if "\n" not in printed and len(lines) > 1 and same_printed([printed], lines):
                return lines
        return printed.split("\n")

    def _lists_below(self) -> Iterator[list[str]]:
        for i, hit in enumerate(self.hits):
            if hit.slug in ("plan-stakeholders", "plan-lead"):
                end = self.hits[i + 1].start if i + 1 < len(self.hits) else len(self.text)
                lines = [line.text for line in self.page.between(hit.end, min(end, hit.end + 5000))]
                for stop in range(len(lines), 0, -1):
                    yield lines[:stop]

    def _titles(self, hit: Hit, printed: str) -> None:
        key = _LISTS[hit.slug]
        shown = " ".join(printed.split())
        if not shown:
            self.header.fields[key] = None
        elif self.absences.known(shown) is not None:
            self.header.fields[key] = ()
            self.header.as_shown[LABELS[key]] = shown
        elif self._absent_at_start(shown):
            self.header.fields[key] = ()
            self.header.as_shown[LABELS[key]] = self._absent_at_start(shown)
        else:
            titles = tuple(split_titles(printed, _TITLE_WORD[hit.slug]))
            self.header.fields[key] = titles
            if shown != ", ".join(titles):
                self.header.as_shown[LABELS[key]] = shown

    def _absent_at_start(self, shown: str) -> str:
        """The stated absence with which a text that runs on begins; no title of a report begins so."""
        concept, rest = self.absences.at_start(shown)
        found = shown[: len(shown) - len(rest)].strip() if concept is not None else ""
        return found if " " in found else ""

    def _cycle(self, printed: str, start: int) -> None:
        year = _YEAR.search(printed)
        self.header.fields["cycle"] = year[0] if year else None
        if not year and printed:
            self.header.as_shown[LABELS["cycle"]] = " ".join(printed.split())[:100]
            self._problem(start, "unread-date", f"Action Plan Cycle: '{printed[:40]}' holds no year of four digits")
        elif year and printed.strip() != year[0]:
            self.header.as_shown[LABELS["cycle"]] = " ".join(printed.split())[:100]

    def _problem(self, offset: int, rule: str, message: str) -> None:
        line = self.page.number_at(offset)
        self.header.problems.append(Problem(self.shown, line, rule, message, Severity.WARNING))


def _begins_label(tail: str) -> bool:
    wanted = folded(tail)
    return any(
        text.startswith(wanted) and text != wanted and label.group == "header-field"
        for text, labels in label_book().by_words.items()
        for label in labels[:1]
    )


def split_titles(printed: str, word: re.Pattern[str]) -> list[str]:
    """Titles of plans or reports on a line: a comma divides behind the years, or between two titles."""
    parts = re.split(r"(\s*,\s*|\s*;\s*|\n|(?<=\d{4})\s+(?=[A-ZÀ-Þ][a-zà-ÿ])|(?<=\d{4})(?=[A-ZÀ-Þ][a-zà-ÿ]))", printed)
    titles = [parts[0].strip()]
    for mark, part in zip(parts[1::2], parts[2::2], strict=False):
        left = titles[-1]
        ends = bool(re.search(r"\d{4}(?:\s*\([^)]{0,40}\))?$", left))
        named = bool(word.search(part)) and bool(word.search(left))
        divides = (named and (ends or bool(mark.strip()) or "\n" in mark)) or (
            ends and "," in mark and bool(re.match(r"[^\W\d]", part))
        )
        if ";" in mark or divides:
            titles.append(part.strip())
        else:
            titles[-1] = left + (mark if mark.strip(" \n") else " " if mark else "") + part
    return [title for title in (" ".join(t.split()) for t in titles) if title]
