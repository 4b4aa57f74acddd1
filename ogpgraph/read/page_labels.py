"""Where the labels of ``scheme/page-label`` stand in a text, in whichever language and spelling.

A label is found on a line of its own, before a colon inside a line, glued to the value before it, and, where its
words are telling enough, in running text.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from pyoxigraph import Literal

from ogpgraph.vocabulary import ONTOLOGY_FOLDER, SKOS, folded, turtle

_GLUED = re.compile(r"[^\W_]", re.UNICODE)
_CANDIDATE = re.compile(r"(?<![^\W_])[^\W\d_]|(?<=[^\W_])[^\W\d_]|[¿¡…]")
_COLON = re.compile(r"\s{0,2}[:：]")
# Headings of one common word count inside a line only beside another label.
_LONG_ENOUGH = 15


@dataclass(frozen=True)
class Hit:
    """A label in a text: which one, in which language, and from where to where (its colon included)."""

    slug: str
    group: str
    lang: str
    start: int
    end: int
    colon: bool
    whole_line: bool
    weak: bool = False


@dataclass(frozen=True)
class _Label:
    slug: str
    group: str
    lang: str
    text: str


class LabelBook:
    """The labels of the scheme, indexed by their first two letters."""

    def __init__(self, labels: list[_Label], protected: re.Pattern[str]) -> None:
        self.by_words: dict[str, list[_Label]] = {}
        starts: dict[str, set[str]] = {}
        for label in labels:
            self.by_words.setdefault(folded(label.text), []).append(label)
            starts.setdefault(_key(label.text), set()).add(label.text)
        self.patterns = {
            key: re.compile("|".join(map(_pattern, sorted(texts, key=len, reverse=True))), re.I)
            for key, texts in starts.items()
        }
        self.protected = protected

    def hits(self, text: str) -> list[Hit]:
        """All labels in the order of the text, none inside another or inside a printed absence."""
        found: list[Hit] = []
        barred = [match.span() for match in self.protected.finditer(text)]
        place, end = 0, 0
        for candidate in _CANDIDATE.finditer(text):
            start = candidate.start()
            pattern = self.patterns.get(_key(text[start : start + 2]))
            if start < end or pattern is None or not _may_begin(text, start):
                continue
            match = pattern.match(text, start)
            if match is None:
                continue
            while place < len(barred) and barred[place][1] <= start:
                place += 1
            if place < len(barred) and barred[place][0] <= start and match.end() <= barred[place][1]:
                continue
            hit = self._hit(text, match)
            if hit is not None:
                found.append(hit)
                end = hit.end
        return list(_beside_others(text, found))

    def _hit(self, text: str, match: re.Match[str]) -> Hit | None:
        label = self._label(match[0])
        colon = _COLON.match(text, match.end())
        start, end = match.start(), match.end()
        before = text[max(0, start - 40) : start]
        line_start = not before[before.rfind("\n") + 1 :].strip()
        after = text[end : end + 40].split("\n", 1)[0].strip()
        whole = line_start and after in ("", ":", "i", "i:", "i :")
        if not colon and not whole and not _ends_here(text, end):
            return None
        exact = match[0] == label.text or _spaced(match[0]) == _spaced(label.text)
        upper = match[0][0].isupper() or not match[0][0].isalpha()
        weak = False
        if colon:
            if not (upper or line_start):
                return None
        elif not whole:
            if not exact or (label.slug in _WITH_COLON_ONLY and not _valued(label, text, start, end)):
                return None
            weak = not _telling(label, text, start, end)
            if weak and label.slug == "member-commitments":
                return None
        end = colon.end() if colon else end
        return Hit(label.slug, label.group, label.lang, start, end, bool(colon), whole, weak)

    def _label(self, printed: str) -> _Label:
        candidates = self.by_words[folded(printed)]
        return next((label for label in candidates if label.text == printed), candidates[0])


# Fields whose names are common words: only a colon or a line of their own makes them labels.
_WITH_COLON_ONLY = frozenset(
    [
        "status",
        "starred",
        "completion",
        "verifiable",
        "ambition",
        "country",
        "duration",
        "start-date",
        "end-date",
        "cycle",
        "action-plan",
        "early-results",
        "commitment-number",
        "potential-impact",
        "primary-sector",
        "midterm-status",
        "end-of-term-status",
        "commitment-text",
        "site-name",
        "plan-contact",
        "irm-reports",
        "lead-institutions",
        "support-institutions",
        "plan-submission",
        "plan-end",
        "inception-report",
        "end-of-commitment-report",
        "date-submitted",
        "responsible-institutions",
        "supporting-institutions",
        "plan-lead",
        "see-more",
        "plan-stakeholders",
        "relevant-to-ogp-values",
    ]
)


_DATE_BEHIND = re.compile(
    r"[ ]{1,2}(?:\d{1,2}(?:[\s/-]|\.\d)|(?:19|20)\d{2}\b|[A-ZÀ-Þa-zà-ÿ]{3,10}\.?\s(?:\d{1,2},?\s)?(?:19|20)\d{2})"
)
_VALUE_BEHIND = re.compile(
    r"\s{1,2}(?:[•○●]\s*)?(?:Access to [Ii]nformation|Civic [Pp]articipation|Public [Aa]ccountability|Technology\b"
    r"|Yes\b|No\b"
    r"|Not Relevant|Pending IRM|Acceso a la|Participación|Accès à l|Participation (?:civique|citoyenne))"
)


def _valued(label: _Label, text: str, start: int, end: int) -> bool:
    """Whether a label of several words without a colon is told by the value behind it: a date, an OGP value."""
    if label.slug in ("start-date", "end-date") and " " in label.text:
        return bool(_DATE_BEHIND.match(text, end)) and not re.search(r"\band\s$", text[max(0, start - 5) : start])
    if label.slug == "cycle":
        return bool(re.match(r"\s{1,2}(?:19|20)\d{2}(?!\s?[-–/]\s?\d)\b", text[end : end + 12]))
    if label.slug != "relevant-to-ogp-values":
        return False
    beside = re.search(r"Primary Sector|Secteur principal|Sector principal", text[max(0, start - 100) : start])
    return bool(_VALUE_BEHIND.match(text, end)) or (beside is not None and label.text.startswith(("Rel", "Pert")))


def _may_begin(text: str, start: int) -> bool:
    """Whether a label may start here: at a word's beginning, or in capitals glued to a value."""
    if start == 0 or not _GLUED.match(text[start - 1]):
        return True
    before = text[start - 1]
    return text[start].isupper() and (before.islower() or before.isdigit())


def _ends_here(text: str, end: int) -> bool:
    if end >= len(text) or not _GLUED.match(text[end]):
        return True
    return text[end].isupper() and text[end - 1].islower()


def _telling(label: _Label, text: str, start: int, end: int) -> bool:
    """Whether the words alone make a label inside a running line."""
    if label.slug in _WITH_COLON_ONLY:
        return True
    if label.text.endswith("?") or (len(label.text) >= _LONG_ENOUGH and label.group != "plan-label"):
        return True
    if label.slug in ("policy-areas", "irm-review", "at-a-glance", "skip-navigation", "trap-link", "plan-road-map"):
        return True
    if label.slug in ("design", "implementation"):
        return label.text.endswith(" i")
    if label.slug == "milestones":
        return bool(re.match(r"\s+(?:\d{1,2}\.\d|1[.)]\s)", text[end : end + 8]))
    if label.slug == "member-commitments":
        return bool(re.match(r"\s+1\.\s", text[end : end + 6]))
    before = text[max(0, start - 3) : start].rstrip()
    return label.group in ("review-label", "plan-label") and " " in label.text and before[-1:] in tuple('.?!:;”")]')


def _beside_others(text: str, hits: list[Hit]) -> Iterator[Hit]:
    """Hits without the weak ones that stand alone in running text."""
    kept: Hit | None = None
    for i, hit in enumerate(hits):
        if hit.weak:
            following = hits[i + 1] if i + 1 < len(hits) else None
            before = kept is not None and _touch(text, kept.end, hit.start)
            after = following is not None and _touch(text, hit.end, following.start) and hit.group != "plan-label"
            opens = hit.slug == "description" and kept is not None and kept.slug in ("completion", "implementation")
            opens = opens and kept is not None and hit.start - kept.end < 60
            opens = opens or (hit.slug == "description" and kept is not None and _closes_header(text, kept, hit))
            if not (before or after or opens) or (hit.group == "review-label" and not before):
                continue
        kept = hit
        yield hit


def _closes_header(text: str, kept: Hit, hit: Hit) -> bool:
    """Whether "Description" follows the last field of a short header, such as that of a local plan."""
    capital = re.match(r"\s+[A-ZÀ-Þ¿“\"«•]", text[hit.end : hit.end + 4])
    last = kept.slug in ("irm-reports", "relevant-to-ogp-values", "primary-sector", "policy-areas", "end-date")
    return bool(capital) and last and hit.start - kept.end < 200


def _touch(text: str, end: int, start: int) -> bool:
    return start - end < 4 and not text[end:start].strip()


def _key(text: str) -> str:
    return text[:2].lower()


def _spaced(text: str) -> str:
    return " ".join(text.replace("’", "'").split())


def _pattern(label: str) -> str:
    words = (re.escape(word).replace("'", "['’]") for word in label.replace("’", "'").split())
    return r"\s{1,2}".join(words)


@lru_cache(maxsize=1)
def label_book() -> LabelBook:
    """The labels of the published scheme, read once."""
    groups: dict[str, str] = {}
    texts: list[tuple[str, str, str]] = []
    root = "scheme/page-label/"
    for triple in turtle(ONTOLOGY_FOLDER / "schemes" / "page-label.ttl"):
        slug = str(getattr(triple.subject, "value", "")).partition(root)[2]
        target = triple.object
        if triple.predicate == SKOS.broader:
            groups[slug] = str(getattr(target, "value", "")).partition(root)[2]
        elif triple.predicate in (SKOS.prefLabel, SKOS.altLabel, SKOS.hiddenLabel) and isinstance(target, Literal):
            texts.append((slug, target.value, target.language or "en"))
    labels = [_Label(slug, groups[slug], lang, text) for slug, text, lang in sorted(texts) if slug in groups]
    labels.sort(key=lambda label: (_ORDER.index(label.group), label.lang != "en"))
    return LabelBook(labels, _absences())


_ORDER = ("header-field", "section", "heading", "local-field", "review-label", "plan-label", "furniture")


def _absences() -> re.Pattern[str]:
    """Printed absences that hold words of labels, such as "Pending IRM Review"."""
    texts = {
        triple.object.value
        for triple in turtle(ONTOLOGY_FOLDER / "schemes" / "absence.ttl")
        if isinstance(triple.object, Literal)
        and triple.predicate in (SKOS.prefLabel, SKOS.altLabel, SKOS.hiddenLabel)
        and " " in triple.object.value
    }
    return re.compile("|".join(map(_pattern, sorted(texts, key=lambda text: (-len(text), text)))), re.I)


@lru_cache(maxsize=1)
def tags_of_layout_2() -> frozenset[str]:
    """Policy areas (slugs) that only the second layout printed."""
    found = set()
    for triple in turtle(ONTOLOGY_FOLDER / "schemes" / "page-label.ttl"):
        if triple.predicate == SKOS.member:
            found.add(str(getattr(triple.object, "value", "")).rpartition("/")[2])
    return frozenset(found)


def language_of(hits: list[Hit]) -> str:
    """The language of most labels; English where nothing decides."""
    counts = Counter(hit.lang for hit in hits if hit.group in ("header-field", "heading", "section", "local-field"))
    return max(sorted(counts), key=lambda lang: (counts[lang], lang == "en"), default="en")
