"""The notes of a page: ``[54] …`` and ``[xlvi] …`` at the end of a section, ``[Note78: …]`` inside the text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from ogpgraph.dates import period
from ogpgraph.read.personal_data import note_without_persons
from ogpgraph.records import PageReference

_INLINE = re.compile(r"\[\s*Note\s*(\w{1,8})\s*:\s*([^\[\]]{1,2000})\]?", re.I)
_MARK = re.compile(r"\[(\d{1,3}|[ivxlcdm]{1,9})\]", re.I)
_URL = re.compile(r"https?://[^\s<>\"{}|\\^`\[\]]+")
_ACCESSED = re.compile(
    r"\(?\s*(?:last\s+)?(?:accessed|retrieved|consulted|visited|consultée?|consultad[oa]|accédé|accedido)\s*(?:on|le"
    r"|el|in|en)?\s*:?\s*([^()\[\]]{4,40})\)?",
    re.I,
)
_TALK = re.compile(r"\binterview|\bentretien|\bentrevista", re.I)
_LETTER = re.compile(r"personal communication|e-?mail|correspondence|correspondance|correspondencia", re.I)
_PLAN = re.compile(
    r"national action plan|opengovpartnership\.org/\S*action-plan|plan d[’']action national|plan de acción nacional",
    re.I,
)
_FILE = re.compile(r"\.(?:pdf|docx?|xlsx?|odt|csv|pptx?)\b", re.I)
_SHORTEST = 12


@dataclass(frozen=True)
class Note:
    """A note as printed: its number, its text, and from where to where it stands."""

    number: str
    text: str
    start: int
    end: int


def notes_in(text: str) -> list[Note]:
    """The notes of a section, in the order of the text."""
    inline = [Note(match[1], match[2].strip(), *match.span()) for match in _INLINE.finditer(text)]
    return sorted([*inline, *_listed(text)], key=lambda note: note.start)


def _listed(text: str) -> Iterator[Note]:
    """Notes that begin a line, or in running text the last mark of a number that stands twice."""
    marks = list(_MARK.finditer(text))
    last = {mark[1]: i for i, mark in enumerate(marks)}
    first = {mark[1]: i for i, mark in reversed(list(enumerate(marks)))}
    opening: list[int] = []
    for i, mark in enumerate(marks):
        repeated = first[mark[1]] < i == last[mark[1]]
        if _begins_line(text, mark.start()) or repeated or _next_note(text, marks, opening, i):
            opening.append(i)
    for i, following in zip(opening, [*opening[1:], None], strict=False):
        mark = marks[i]
        end = len(text) if following is None else marks[following].start()
        line_end = text.find("\n", mark.end(), end)
        note = text[mark.end() : end if line_end < 0 else line_end].strip()
        if len(note) >= _SHORTEST and (_begins_line(text, mark.start()) or _ends_sentence(text, mark.start())):
            yield Note(mark[1], note, mark.start(), mark.end() + len(note) + 1)


def _next_note(text: str, marks: list[re.Match[str]], opening: list[int], i: int) -> bool:
    """Whether a mark that stands once carries on a list of notes: the number after the last, behind a full stop."""
    mark = marks[i]
    if not opening or opening[-1] != i - 1 or not mark[1].isdigit() or not marks[i - 1][1].isdigit():
        return False
    follows = int(mark[1]) == int(marks[i - 1][1]) + 1
    return (
        follows
        and _ends_sentence(text, mark.start())
        and bool(re.match(r"\s*[A-ZÀ-Þ]", text[mark.end() : mark.end() + 3]))
    )


def _begins_line(text: str, start: int) -> bool:
    return start == 0 or text[start - 1] == "\n"


def _ends_sentence(text: str, start: int) -> bool:
    return text[max(0, start - 5) : start].rstrip()[-1:] in (".", ";", ")", "!", "?", "”", '"', "]", ":")


def without_notes(text: str) -> str:
    """A text with its numbers of notes and without the notes themselves, which name people at times."""
    parts: list[str] = []
    place = 0
    for note in notes_in(text):
        if note.start >= place:
            parts += [text[place : note.start], f"[{note.number}]" if _INLINE.match(text, note.start) else ""]
            place = note.end
    return "".join([*parts, text[place:]]).strip()


def reference(note: Note, cited_in: str) -> tuple[PageReference, list[str]]:
    """The record of a note, and what kinds of personal data were cut from it."""
    printed = " ".join(note.text.split())
    ended = _ACCESSED.search(printed)
    if ended and len(printed) - ended.end() < 60:
        printed = printed[: ended.end()] + ("." if printed[ended.end() : ended.end() + 1] == "." else "")
    text, cut = note_without_persons(printed)
    fields: dict[str, str] = {"number": note.number, "text": text or "a person", "cited_in": cited_in}
    accessed = _ACCESSED.search(text)
    if accessed:
        _add_day(fields, "accessed", accessed[1])
    url = _URL.search(text)
    if url:
        fields["url"] = _whole(url[0])
    fields["kind"] = _kind(text, fields.get("url", ""))
    if fields["kind"] in ("interview", "correspondence"):
        _add_day(fields, "issued", text.rpartition(",")[2])
    return PageReference(**fields), cut  # type: ignore[arg-type]


def _whole(url: str) -> str:
    """An address without the punctuation of the sentence and without a bracket that opens outside it."""
    url = re.split(r"\((?:accessed|consult)", url, maxsplit=1)[0].rstrip(".,;:'’”»")
    while url.endswith(")") and url.count(")") > url.count("("):
        url = url[:-1].rstrip(".,;")
    return url


def _add_day(fields: dict[str, str], key: str, printed: str) -> None:
    found = period(printed.strip(" .,;)"))
    if found is None or found.start is None:
        return
    parts = {"day": 10, "month": 7, "year": 4}.get(found.kind)
    if parts:
        fields[key] = found.start.isoformat()[:parts]


def _kind(text: str, url: str) -> str:
    if _TALK.search(text):
        return "interview"
    if _LETTER.search(text):
        return "correspondence"
    if _PLAN.search(text) and not url.endswith("/"):
        return "plan-document"
    return "web-page" if url and not _FILE.search(url) else "document"
