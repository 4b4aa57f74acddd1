"""Where in a text the words were found: a cutting around them, in pieces that match and pieces that do not."""

from __future__ import annotations

import re
from dataclasses import dataclass

from ogpgraph.search.documents import Text
from ogpgraph.search.folding import fold_character, is_unspaced
from ogpgraph.search.wording import Term, Wanted

_LENGTH = 240  # characters of a cutting
_SENTENCE = 40  # characters that a text has at least that is no name
_BEFORE = 60  # of them before the first match
_WORD = r"[^\W_]"


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a text, and whether it was found."""

    text: str
    is_match: bool = False


@dataclass(frozen=True, slots=True)
class Snippet:
    """A cutting of a text in its language."""

    pieces: tuple[Piece, ...]
    language: str = ""


def marked(text: str, wanted: Wanted) -> tuple[Piece, ...]:
    """The whole text with what was found in it."""
    return _pieces(text, _matches(text, wanted), 0, len(text))


def snippet(label: str, texts: tuple[Text, ...], wanted: Wanted) -> Snippet | None:
    """A cutting of the text in which most of the words are found; None where there is none worth showing.

    Where the label has all of them already, or no text has any, the first sentence says more than another name.
    """
    found = [(len(_terms_in(text.value, wanted)), text) for text in texts]
    best, text = max(found, key=lambda each: each[0], default=(0, Text("")))
    if not best or len(_terms_in(label, wanted)) == len(wanted.terms):
        sentences = [each for each in found if len(each[1].value) >= _SENTENCE]
        _, text = max(sentences, key=lambda each: each[0], default=(0, Text("")))
    if not text.value:
        return None
    matches = _matches(text.value, wanted)
    start, end = _window(text.value, matches)
    return Snippet(_pieces(text.value, matches, start, end), text.language)


def _terms_in(text: str, wanted: Wanted) -> list[Term]:
    folded, _ = _folded_with_offsets(text)
    return [term for term in wanted.terms if _pattern(term).search(folded)]


def _matches(text: str, wanted: Wanted) -> list[tuple[int, int]]:
    """Where the terms stand in a text, from left to right, without overlap."""
    folded, offsets = _folded_with_offsets(text)
    spans = sorted(
        (offsets[match.start()], offsets[match.end() - 1] + 1)
        for term in wanted.terms
        for match in _pattern(term).finditer(folded)
    )
    apart: list[tuple[int, int]] = []
    for start, end in spans:
        if apart and start < apart[-1][1]:
            apart[-1] = (apart[-1][0], max(end, apart[-1][1]))
        else:
            apart.append((start, end))
    return [(start, _with_marks(text, end)) for start, end in apart]


def _folded_with_offsets(text: str) -> tuple[str, list[int]]:
    """A text folded character by character, and for each character of that the place that it comes from."""
    parts, offsets = [], list[int]()
    for place, character in enumerate(text):
        folded = fold_character(character)
        parts.append(folded)
        offsets += [place] * len(folded)
    return "".join(parts), offsets


def _pattern(term: Term) -> re.Pattern[str]:
    """What finds a term in a folded text."""
    between = r"[\W_]*" if any(map(is_unspaced, term.words)) else r"[\W_]+"
    middle = between.join(map(re.escape, term.words))
    before = "" if is_unspaced(term.words[0]) else rf"(?<!{_WORD})"
    rest = rf"{_WORD}*" if term.is_prefix else "" if is_unspaced(term.words[-1]) else rf"(?!{_WORD})"
    return re.compile(before + middle + rest)


def _with_marks(text: str, end: int) -> int:
    """The end of a match with the marks that follow its last character."""
    while end < len(text) and not fold_character(text[end]):
        end += 1
    return end


def _window(text: str, matches: list[tuple[int, int]]) -> tuple[int, int]:
    """Start and end of the cutting, at blanks where there are any."""
    if len(text) <= _LENGTH:
        return 0, len(text)
    start = max(0, matches[0][0] - _BEFORE) if matches else 0
    start = min(start, len(text) - _LENGTH)
    end = start + _LENGTH
    if start:
        blank = text.find(" ", start, start + 20)
        start = blank + 1 if blank >= 0 else start
    if end < len(text):
        blank = text.rfind(" ", end - 20, end)
        end = blank if blank >= 0 else end
    return start, end


def _pieces(text: str, matches: list[tuple[int, int]], start: int, end: int) -> tuple[Piece, ...]:
    pieces = [Piece("… ")] if start else []
    place = start
    for begin, stop in matches:
        begin, stop = max(begin, start), min(stop, end)
        if begin < stop:
            pieces += [Piece(text[place:begin])] if place < begin else []
            pieces.append(Piece(text[begin:stop], True))
            place = stop
    pieces += [Piece(text[place:end])] if place < end else []
    return (*pieces, Piece(" …")) if end < len(text) else tuple(pieces)
