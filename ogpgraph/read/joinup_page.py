"""A saved page of the European Commission's Joinup about the making of an action plan, as HTML or as text.

Read are the page's own data (title, dates, type, scope, whether it is archived), its headings, and what it says of one
plan: which one, its themes with the commitments listed below them, members taken as examples, bodies that were heard.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from selectolax.lexbor import LexborHTMLParser

from ogpgraph.dates import partial_date
from ogpgraph.problems import Problem, Severity
from ogpgraph.read.languages import language_of
from ogpgraph.read.member_names import member_names
from ogpgraph.read.page_context import known_members
from ogpgraph.read.page_lines import looks_like_html
from ogpgraph.read.personal_data import without_persons
from ogpgraph.read.source_file import Reader, SourceFile
from ogpgraph.records import JoinupDocument, ListedTheme, Record, SourceDocument
from ogpgraph.vocabulary import Vocabulary, folded

_SITE = "https://joinup.ec.europa.eu/"
_ADDRESS = re.compile(
    r"https?://(?:joinup\.ec\.europa\.eu|interoperable-europe\.ec\.europa\.eu)/[^\s\"'<>()\[\]{}|\\^`]+"
)
_DAY = r"(\d{1,2})[/.](\d{1,2})[/.](\d{4})"
_PUBLISHED = re.compile(rf"\b(?:Published|Posted) on\s*:?\s*{_DAY}", re.I)
_UPDATED = re.compile(rf"\b(?:Last update|Updated|Last modified)(?: on)?\s*:?\s*{_DAY}", re.I)
_ARCHIVED = re.compile(r"\b(?:Document|Case|News)?\s*Archived\b")
_MARKS = re.compile(
    r"(?im)^\s*(?:join this (?:collection|community|solution)|type of (?:document|case)|categori[sz]ation"
    r"|.*\bdocument archived)\b"
)
_FURNITURE = re.compile(
    r"skip to main content|(?:join|leave|share) this \w+|categori[sz]ation|home|collections?|menu|(?:sign|log) in|about"
    r"|policy context",
    re.I,
)
_LEADING = re.compile(r"^(?:\s*(?:skip to main content|join this \w+))+\s*", re.I)
_LABELLED = {
    "scope": re.compile(r"^(?:geographic(?:al)? )?scope\b\s*:?\s*(.*)$", re.I),
    "document_type": re.compile(r"^type of (?:document|case)\b\s*:?\s*(.*)$", re.I),
    "countries": re.compile(r"^(?:countr(?:y|ies)|geographic(?:al)? coverage)\b\s*:?\s*(.*)$", re.I),
}
_BULLET = re.compile(r"^(?P<indent>\s*)(?:[•●○◦▪■‣∙·*–—-]|o(?=\s))\s+(?P<text>\S.*)$")
_ORDINALS = {"first": 1, "second": 2, "third": 3, "fourth": 4, "fifth": 5, "sixth": 6, "seventh": 7, "eighth": 8}
_PLAN = re.compile(
    rf"\b(?:(?P<word>{'|'.join(_ORDINALS)})|(?P<digit>[1-9])(?:st|nd|rd|th))\s+"
    r"(?:open government\s+)?(?:national\s+)?action plan\b",
    re.I,
)
_PLAN_YEARS = re.compile(r"\baction plan[\s,:(]*((?:19|20)\d{2})\s?[-–]\s?(?:(?:19|20)?\d{2})\b", re.I)
_QUOTED = re.compile(r"action plan,?\s*[“\"«]\s*([^”\"»]{5,120}?)\s*[”\"»]", re.I)
_ISSUED = re.compile(
    r"\bin ((?:January|February|March|April|May|June|July|August|September|October|November|December) (?:19|20)\d{2})"
)
_COUNT = re.compile(r"\b(\d{1,3}) commitments\b", re.I)
_EXAMPLES = re.compile(r"\b(?:examples? (?:for|to)|inspir\w+|benchmark\w*)\b", re.I)
_HEARD = re.compile(
    r"\b(?:meetings? with|consult(?:ed|ations? with)|heard)\b[^.]{0,60}?\borgani[sz]ations\s+"
    r"(?:including|such as|like)\s+([^.;–]{4,300})",
    re.I,
)
_SENTENCE = re.compile(r"(?<=[.!?])[”\"]?\s+(?=[A-ZÀ-Þ“\"])")


@dataclass(frozen=True)
class _Item:
    """A paragraph, a heading or a point of a list, with the line of the file and how deep the point stands."""

    text: str
    line: int = 0
    depth: int = -1
    heading: bool = False


def fits(file: SourceFile) -> bool:
    """Whether a page prints a day of publication and the marks of a Joinup document."""
    if file.raw[:4] in (b"PK\x03\x04", b"%PDF") or file.raw[:1] in (b"{", b"["):
        return False
    raw = file.text
    text = "\n".join(item.text for item in _items(raw)) if looks_like_html(raw) else raw
    if not _PUBLISHED.search(text):
        return False
    return bool(_MARKS.search(text)) or bool(_ADDRESS.match(_own_address(raw)))


def read(file: SourceFile, vocabulary: Vocabulary) -> Iterator[Record | Problem]:
    """The source, then what it says of a plan, then what is missing."""
    yield from _Page(file).records()


class _Page:
    """One page; what cannot be found is noted."""

    def __init__(self, file: SourceFile) -> None:
        self.file = file
        self.items = list(_items(file.text))
        self.text = "\n".join(item.text for item in self.items)
        self.problems: list[Problem] = []

    def records(self) -> Iterator[Record | Problem]:
        title = self._title()
        member = self._member(title)
        yield self._document(title, member)
        if member:
            yield self._plan(member)
        yield from self.problems

    def _problem(self, rule: str, message: str, line: int = 1) -> None:
        self.problems.append(Problem(self.file.shown, line, rule, message, Severity.WARNING))

    def _title(self) -> str:
        """The first heading, or the last line before the day of publication that is no furniture."""
        heading = next((item.text for item in self.items if item.heading and not _FURNITURE.fullmatch(item.text)), "")
        if heading:
            return heading
        title = ""
        for item in self.items:
            published = _PUBLISHED.search(item.text)
            words = item.text[: published.start()] if published else item.text
            words = _LEADING.sub("", words).strip()
            if words and item.depth < 0 and not _FURNITURE.fullmatch(words):
                title = words
            if published:
                break
        if not title:
            self._problem("no-title", "no title stands before the day of publication")
        return title[:300]

    def _member(self, title: str) -> str | None:
        """The member whose plan it is: named in the title, or most often with a plan."""
        found = _members_in(title)
        if not found:
            counts: Counter[str] = Counter()
            for sentence in _SENTENCE.split(self.text):
                if re.search(r"action plan", sentence, re.I):
                    counts.update(_members_in(sentence))
            found = [counts.most_common(1)[0][0]] if counts else []
        if not found:
            message = "no member of the partnership is named with a plan: the page was kept as a source only"
            self._problem("unknown-member", message)
            return None
        return found[0]

    def _document(self, title: str, member: str | None) -> SourceDocument:
        fields: dict[str, Any] = {"title": title} if title else {}
        if member:
            fields |= {"member": member, "describes": (f"member/{member}",)}
        for key, pattern in (("issued", _PUBLISHED), ("modified", _UPDATED)):
            found = pattern.search(self.text)
            iso = f"{found[3]}-{int(found[2]):02}-{int(found[1]):02}" if found else ""
            if partial_date(iso):
                fields[key] = iso
            elif found:
                self._problem("unread-date", f"'{found[0]}' is no day of the calendar")
        if _ARCHIVED.search(self.text):
            fields["document_status"] = "Archived"
        for key in ("scope", "document_type"):
            value = self._labelled(key)
            if value:
                fields[key] = value
        address = _own_address(self.file.text)
        if not _ADDRESS.fullmatch(address):
            self._problem("unknown-address", f"the page does not tell its address: {_SITE} stands in")
            address = _SITE
        return SourceDocument(
            key=self.file.key,
            kind="joinup-page",
            url=address.rstrip(".,;"),
            language=language_of(self.text) or "en",
            sha256=self.file.sha256,
            extent="title, dates, type, scope; of the plan its themes, listed commitments, examples and bodies heard",
            **fields,
        )

    def _labelled(self, key: str) -> str | None:
        """What stands behind a label, or on the line below it."""
        for i, item in enumerate(self.items):
            found = _LABELLED[key].match(item.text)
            if found and item.depth < 0:
                below = self.items[i + 1].text if i + 1 < len(self.items) else ""
                value = found[1].strip() or below
                return value if 0 < len(value) <= 80 and ":" not in value else None
        return None

    def _plan(self, member: str) -> JoinupDocument:
        named = next((m for item in self.items for m in _PLAN.finditer(item.text)), None)
        years = _PLAN_YEARS.search(self.text)
        quoted = _QUOTED.search(self.text)
        issued = _ISSUED.search(self._sentence(quoted.start())) if quoted else None
        date = partial_date(issued[1]) if issued else None
        themes, about = self._themes()
        counted = _COUNT.search(about) or _COUNT.search(self.text)
        given: dict[str, Any] = {
            "plan_title": quoted[1].strip(" .,") if quoted else None,
            "plan_ordinal": _ordinal(named) if named else None,
            "plan_year": years[1] if years else None,
            "plan_issued": str(date) if date else None,
            "commitment_count": int(counted[1]) if counted else None,
            "themes": themes,
            "sections": tuple(self._sections()),
            "countries": tuple(_members_in(self._labelled("countries") or "")),
            "benchmarked": tuple(code for code in self._examples() if code != member),
            "consulted": tuple(self._heard()),
        }
        listed = sum(len(theme.commitments) for theme in themes)
        if counted and listed and listed != int(counted[1]):
            message = f"the page counts {counted[1]} commitments and lists {listed}: the list is kept as printed"
            self._problem("count-differs", message)
        if not (named or years or quoted):
            self._problem("unknown-plan", "the page does not say which plan it is about: its facts stay with the page")
        return JoinupDocument(source=self.file.key, member=member, **{k: v for k, v in given.items() if v})

    def _sentence(self, offset: int) -> str:
        start = self.text.rfind("\n", 0, offset) + 1
        end = self.text.find("\n", offset)
        line = self.text[start : end if end >= 0 else len(self.text)]
        place = offset - start
        for sentence in _SENTENCE.split(line):
            place -= len(sentence) + 1
            if place < 0:
                return sentence
        return line

    def _themes(self) -> tuple[tuple[ListedTheme, ...], str]:
        """The first list whose points have points of their own, and the paragraph above it."""
        above, block = "", list[_Item]()
        for item in [*self.items, _Item("")]:
            if item.depth >= 0:
                block.append(item)
                continue
            themes = _nested(block)
            if themes:
                return themes, above
            block = []
            above = item.text
        return (), ""

    def _sections(self) -> Iterator[str]:
        """Headings: marked as such, or short lines of text that no sentence ends."""
        marked = [item.text for item in self.items if item.heading][1:]
        if marked:
            yield from (text for text in marked if len(text) <= 120)
            return
        started, values = False, {self._labelled(key) for key in _LABELLED}
        for item in self.items:
            if _PUBLISHED.search(item.text):
                started = True
            elif started and item.depth < 0 and _looks_like_heading(item.text) and item.text not in values:
                yield item.text

    def _examples(self) -> list[str]:
        """Members named in a sentence that says that their plans were taken as examples."""
        found: list[str] = []
        for sentence in _SENTENCE.split(self.text):
            if _EXAMPLES.search(sentence):
                found += [code for code in _members_in(sentence) if code not in found]
        return found

    def _heard(self) -> list[str]:
        """Bodies that a sentence names as heard; remarks about them and persons are left out."""
        found: list[str] = []
        for match in _HEARD.finditer(self.text):
            for part in re.split(r",\s*(?:and\s+)?|\s+and\s+", match[1]):
                name = without_persons(re.sub(r"^the\s+", "", part.strip(), flags=re.I))[0].strip(" .")
                if name and name[0].isupper() and len(name) <= 100 and name not in found:
                    found.append(name)
        return found


def _ordinal(named: re.Match[str]) -> int:
    return _ORDINALS[named["word"].lower()] if named["word"] else int(named["digit"])


def _looks_like_heading(text: str) -> bool:
    if not 3 < len(text) <= 80 or re.search(r"[.:;,!?”\"]$", text) or not text[0].isupper():
        return False
    return not _MARKS.match(text) and not any(pattern.match(text) for pattern in _LABELLED.values())


def _nested(block: list[_Item]) -> tuple[ListedTheme, ...]:
    """Themes and their commitments, if the points of a list stand at two depths and begin with the outer one."""
    depths = sorted({item.depth for item in block})
    if len(depths) < 2 or block[0].depth != depths[0]:
        return ()
    themes: list[tuple[str, list[str]]] = []
    for item in block:
        if item.depth == depths[0]:
            themes.append((item.text.strip(" ."), []))
        elif item.depth == depths[1]:
            themes[-1][1].append(item.text.rstrip(" ."))
    if not all(commitments for _, commitments in themes):
        return ()
    return tuple(
        ListedTheme(number=str(n), title=title, commitments=tuple(commitments))
        for n, (title, commitments) in enumerate(themes, start=1)
    )


@cache
def _member_pattern() -> tuple[re.Pattern[str], dict[str, str]]:
    codes: dict[str, str] = {}
    for member in member_names().values():
        for name in (member.name, *member.other_names):
            codes.setdefault(folded(name), member.code)
    for code, names in known_members().members.items():
        for name in names:
            codes.setdefault(folded(name), code)
    long = sorted((name for name in codes if len(name) > 3), key=len, reverse=True)
    return re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, long))})(?!\w)"), codes


def _members_in(text: str) -> list[str]:
    """The members that a text names, in their order, each once."""
    pattern, codes = _member_pattern()
    found: list[str] = []
    for match in pattern.finditer(folded(text)):
        if codes[match[0]] not in found:
            found.append(codes[match[0]])
    return found


def _own_address(raw: str) -> str:
    """The address by which the page calls itself, or the only Joinup address at its top."""
    if looks_like_html(raw):
        parser = LexborHTMLParser(raw)
        for selector, attribute in (('link[rel="canonical"]', "href"), ('meta[property="og:url"]', "content")):
            node = parser.css_first(selector)
            if node is not None and (node.attributes.get(attribute) or "").startswith("http"):
                return str(node.attributes[attribute])
        return ""
    published = _PUBLISHED.search(raw)
    top = _ADDRESS.search(raw[: published.start()] if published else raw[:500])
    return top[0] if top else ""


def _items(raw: str) -> Iterator[_Item]:
    raw = raw.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "")
    return _html_items(raw) if looks_like_html(raw) else _text_items(raw)


def _text_items(raw: str) -> Iterator[_Item]:
    for number, line in enumerate(raw.split("\n"), start=1):
        line = line.replace("\xa0", " ").replace("\t", "    ")
        found = _BULLET.match(line)
        if found:
            yield _Item(" ".join(found["text"].split()), number, len(found["indent"]))
        elif line.strip():
            yield _Item(" ".join(line.split()), number)


def _html_items(raw: str) -> Iterator[_Item]:
    parser = LexborHTMLParser(raw)
    for selector in ("script", "style", "noscript", "nav", "footer", "template", "svg", "form"):
        for node in parser.css(selector):
            node.decompose()
    body = parser.css_first("main") or parser.css_first("article") or parser.body
    if body is None:
        return
    for node in body.css("h1, h2, h3, h4, h5, h6, p, li, dt, dd, div, span, time"):
        if node.tag in ("div", "span", "time", "p") and (_has_block(node) or _inside(node, _OWNERS)):
            continue
        text = " ".join(_own_text(node).split())
        if text:
            depth = _lists_above(node) - 1 if node.tag == "li" else -1
            yield _Item(text, 0, depth, bool(re.fullmatch("h[1-6]", node.tag or "")))


_OWNERS = frozenset(("h1", "h2", "h3", "h4", "h5", "h6", "p", "li", "dt", "dd", "span"))
_BLOCKS = frozenset(("p", "div", "ul", "ol", "dl", "h1", "h2", "h3", "h4", "h5", "h6", "table", "section"))


def _has_block(node: Any) -> bool:
    return any(child.tag in _BLOCKS for child in node.iter(include_text=False)) if node.tag != "p" else False


def _inside(node: Any, tags: frozenset[str]) -> bool:
    parent = node.parent
    while parent is not None:
        if parent.tag in tags:
            return True
        parent = parent.parent
    return False


def _own_text(node: Any) -> str:
    """The text of a node, without the lists inside it."""
    parts: list[str] = []
    child = node.child
    while child is not None:
        if child.tag == "-text":
            parts.append(child.text_content or "")
        elif child.tag not in ("ul", "ol"):
            parts.append(" " if child.tag == "br" else child.text() or "")
        child = child.next
    return "".join(parts)


def _lists_above(node: Any) -> int:
    count, parent = 0, node.parent
    while parent is not None:
        count += parent.tag in ("ul", "ol")
        parent = parent.parent
    return count


READER = Reader("Joinup page", fits, read)
