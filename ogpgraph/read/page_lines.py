"""A saved page, HTML or text, as lines: one text without furniture of the markup, and where each line stood."""

from __future__ import annotations

import bisect
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from selectolax.lexbor import LexborHTMLParser

_TAG = re.compile(r"<(?:!doctype html|/?(?:html|body|div|p|h[1-6]|ul|ol|li|br|span|td|a|dl|dt|dd|section)\b)", re.I)
_BULLET = re.compile(r"(?:(?:[•●○◦▪■‣∙·*\ue000-\uf8ff–—-]|o(?=\s))\s*)+(?=\S)|(?:[•●○◦▪■‣∙\ue000-\uf8ff]\s*)+$")
# Letters of symbol fonts, which pages paste as bullets.
_PRIVATE = re.compile("[\ue000-\uf8ff]")
_SPACE = re.compile(r"[\s\u200b\ufeff\xad]+")
_DROPPED = frozenset(
    ("head", "script", "style", "noscript", "svg", "nav", "template", "iframe", "form", "button", "select", "footer")
)
_BLOCKS = frozenset(
    [
        "address",
        "article",
        "aside",
        "blockquote",
        "body",
        "br",
        "dd",
        "details",
        "div",
        "dl",
        "dt",
        "fieldset",
        "figcaption",
        "figure",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "header",
        "hr",
        "html",
        "li",
        "main",
        "ol",
        "p",
        "pre",
        "section",
        "summary",
        "table",
        "tbody",
        "tfoot",
        "thead",
        "tr",
        "ul",
    ]
)
_LONGEST_LABEL = 60
_NOTE_MARK = re.compile(r"\s*(\d{1,3}|[ivxlc]{1,8})\s*")


@dataclass(frozen=True)
class Line:
    """A printed line without its bullet; ``number`` is the line of the file, 0 where it is not known."""

    text: str
    number: int = 0
    bullet: str = ""
    heading: bool = False
    after_blank: bool = False


@dataclass
class PageText:
    """All lines of a page joined by line breaks, with the way back from an offset to a line."""

    lines: list[Line]
    title: str = ""
    address: str = ""
    language: str = ""

    @cached_property
    def text(self) -> str:
        return "\n".join(line.text for line in self.lines)

    @cached_property
    def starts(self) -> list[int]:
        """The offset at which each line begins in the text."""
        starts, offset = [], 0
        for line in self.lines:
            starts.append(offset)
            offset += len(line.text) + 1
        return starts

    def index_at(self, offset: int) -> int:
        """Which of the lines holds an offset."""
        return max(0, bisect.bisect_right(self.starts, offset) - 1)

    def number_at(self, offset: int) -> int:
        """The line of the file at an offset of the text."""
        return self.lines[self.index_at(offset)].number if self.lines else 0

    def between(self, start: int, end: int) -> list[Line]:
        """The lines of a part of the text; the first and last are cut where the part cuts them."""
        found = []
        for i in range(self.index_at(start), len(self.lines)):
            begin = self.starts[i]
            if begin >= end:
                break
            line = self.lines[i]
            part = line.text[max(0, start - begin) : end - begin]
            if part.strip():
                whole = begin >= start
                found.append(
                    Line(part.strip(), line.number, line.bullet if whole else "", line.heading, line.after_blank)
                )
        return found


def page_text(raw: str) -> PageText:
    """The lines of a page, whatever its form."""
    raw = unicodedata.normalize("NFC", raw).replace("\r\n", "\n").replace("\r", "\n").replace("\0", "")
    return _from_html(raw) if looks_like_html(raw) else PageText(list(_from_text(raw)))


def looks_like_html(raw: str) -> bool:
    """Whether a text carries the markup of a page: three tags, or a document type."""
    found = 0
    for match in _TAG.finditer(raw):
        found += 3 if match[0][1] == "!" else 1
        if found >= 3:
            return True
    return False


def _from_text(raw: str) -> Iterator[Line]:
    blank = False
    for number, text in enumerate(raw.split("\n"), start=1):
        text = _SPACE.sub(" ", text).strip()
        if not text:
            blank = True
            continue
        yield _line(text, number, after_blank=blank)
        blank = False


def _line(text: str, number: int, bullet: str = "", heading: bool = False, after_blank: bool = False) -> Line:
    found = _BULLET.match(text)
    if found:
        bullet = bullet + _PRIVATE.sub("", "".join(found[0].split()))
        bullet = bullet or "•"
        text = text[found.end() :].strip()
    return Line(text, number, bullet, heading, after_blank)


@dataclass
class _Writer:
    """Collects text of inline elements until a block begins or ends."""

    lines: list[Line] = field(default_factory=list)
    parts: list[str] = field(default_factory=list)
    bullet: str = ""
    heading: bool = False
    gap: bool = False

    def flush(self) -> None:
        text = _SPACE.sub(" ", "".join(self.parts)).strip()
        self.parts.clear()
        if text:
            self.lines.append(_line(text, 0, self.bullet, self.heading, self.gap))
            self.bullet, self.gap = "", False


def _from_html(raw: str) -> PageText:
    parser = LexborHTMLParser(raw)
    writer = _Writer()
    stack: list[tuple[Any, bool]] = [(parser.root, False)]
    while stack:
        node, leaving = stack.pop()
        while node is not None:
            if leaving:
                _leave(node, writer)
                break
            if not leaving and node.next is not None and node.tag not in ("html",):
                stack.append((node.next, False))
            if _enter(node, writer):
                stack.append((node, True))
                node = node.child
            else:
                break
    writer.flush()
    title = parser.css_first("title")
    root = parser.root
    language = (root.attributes.get("lang") or "") if root is not None else ""
    return PageText(
        list(_numbered(writer.lines, raw)),
        _SPACE.sub(" ", title.text()).strip() if title is not None else "",
        _address(parser),
        language[:2].lower(),
    )


def _enter(node: Any, writer: _Writer) -> bool:
    """Write what begins with a node; whether its children are to be read."""
    tag = node.tag
    if tag == "-text":
        writer.parts.append(node.text_content or "")
        return False
    if tag in _DROPPED or tag.startswith(("-", "!")) or "hidden" in (node.attributes or {}):
        return False
    if tag in _BLOCKS:
        writer.flush()
        writer.gap = writer.gap or tag in ("p", "ul", "ol", "table") or tag[0] == "h"
        writer.heading = bool(re.fullmatch("h[1-6]", tag))
        if tag == "li":
            writer.bullet = "•"
    elif tag in ("td", "th"):
        if _is_second_of_two(node):
            writer.flush()
        writer.parts.append(" ")
    elif tag == "img" and "".join(writer.parts).strip():
        writer.parts.append(" " + (node.attributes.get("alt") or "")[:60])
    elif tag == "sup":
        mark = _NOTE_MARK.fullmatch(node.text() or "")
        if mark:
            writer.parts.append(f"[{mark[1]}]")
            return False
    return True


def _is_second_of_two(cell: Any) -> bool:
    """Whether a cell is the value of a row that holds a label and its value."""
    cells = [node for node in cell.parent.iter() if node.tag in ("td", "th")] if cell.parent is not None else []
    return len(cells) == 2 and cells[1] == cell and len(cells[0].text() or "") < _LONGEST_LABEL


def _leave(node: Any, writer: _Writer) -> None:
    if node.tag in _BLOCKS:
        writer.flush()
        writer.heading = False


def _numbered(lines: list[Line], raw: str) -> Iterator[Line]:
    """The lines with their place in the file: each is looked for a little way after the one before."""
    position, number = 0, 1
    for line in lines:
        words = line.text[:40].split(" ")[:3]
        found = raw.find(words[0], position, position + 5000) if words else -1
        if found >= 0:
            number += raw.count("\n", position, found)
            position = found
        yield Line(line.text, number, line.bullet, line.heading, line.after_blank)


def _address(parser: LexborHTMLParser) -> str:
    """The address by which the page calls itself."""
    for selector, attribute in (('link[rel="canonical"]', "href"), ('meta[property="og:url"]', "content")):
        node = parser.css_first(selector)
        if node is not None and (node.attributes.get(attribute) or "").startswith("http"):
            return str(node.attributes[attribute])
    return ""
