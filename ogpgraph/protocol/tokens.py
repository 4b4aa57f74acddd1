r"""The tokens of a query or update, told apart from what is only written in its strings, IRIs and comments.

The terminals are those of the SPARQL 1.1 grammar (section 19.8) with the additions of SPARQL 1.2. Three habits of the
embedded engine's parser make a reading by words alone unsafe, and are met here:

- ``<`` begins an IRI or means less-than, which only the grammar tells: where the readings could part, both are read;
- keywords need no boundary: ``SERVICEex:a`` calls ``ex:a`` although it looks like one prefixed name;
- ``\u0041`` is an escape in strings and IRIs only; engines that decode it everywhere first read another text, so
  `calls` looks at both.

Every position of the text is read at most once, so that the time is linear in its length.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

_BASE = (
    "A-Za-z\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u02ff\u0370-\u037d\u037f-\u1fff\u200c-\u200d\u2070-\u218f"
    "\u2c00-\u2fef\u3001-\ud7ff\uf900-\ufdcf\ufdf0-\ufffd\U00010000-\U000effff"
)
_VARIABLE_CHARS = rf"{_BASE}_0-9\u00b7\u0300-\u036f\u203f-\u2040"
_CHARS = rf"{_VARIABLE_CHARS}\-"
_ESCAPED = r"%[0-9A-Fa-f]{2}|\\[_~.\-!$&'()*+,;=/?\#@%]"
# Groups that are repeated stand in atomic groups: possessive ones match wrongly before Python 3.11.5 (gh-106052).
_LOCAL_PART = rf"(?:[{_CHARS}:]++|{_ESCAPED})"
_LOCAL = rf"(?:[{_BASE}_0-9:]|{_ESCAPED})(?>{_LOCAL_PART}*)(?>(?:\.++{_LOCAL_PART}+)*)"

_GAP = r"(?>(?:[ \t\r\n]++|\#[^\n\r]*+)*)"
_IRI = r"<(?>(?:[^<>\"{}|^`\\\x00-\x20]++|\\u[0-9A-Fa-f]{4}|\\U[0-9A-Fa-f]{8})*)>"
_VARIABLE = rf"[?$][{_VARIABLE_CHARS}]++"
_NAME = rf"(?>(?:[{_BASE}][{_CHARS}]*+)?):(?>(?:{_LOCAL})?)"
_STRING = (
    r"\"{3}(?>(?:[^\"\\]++|\\.|\"(?!\"\"))*)\"{3} | '{3}(?>(?:[^'\\]++|\\.|'(?!''))*)'{3}"
    r"| \"(?>(?:[^\"\\\n\r]++|\\.)*)\" | '(?>(?:[^'\\\n\r]++|\\.)*)'"
)
_TOKEN = rf"""
      (?P<blank> [ \t\r\n]++ )
    | (?P<variable> {_VARIABLE} )
    | (?P<name> {_NAME} | _:[{_VARIABLE_CHARS}][{_CHARS}]*+(?>(?:\.++[{_CHARS}]++)*) )
    | (?P<word> [{_BASE}_][{_CHARS}]*+ )
    | (?P<iri> {_IRI} )
    | (?P<string> {_STRING} )
    | (?P<comment> \# )
    | (?P<number> [0-9]++ )
    | (?P<language> @[A-Za-z]++(?>(?:-[A-Za-z0-9]++)*)(?>(?:--[A-Za-z]++)?) )
    | (?P<open> [({{\[] )
    | (?P<close> [)}}\]] )
    | (?P<operator> \|\|? | && | [/!+*\-] )
    | (?P<other> [.,;=>&^~]++ | [^\"'\\] )
"""
_LINE_END = re.compile(r"[\n\r]|\Z")
# What an IRI must hold for its reading as less-than to differ in more than names and signs.
_PARTING = re.compile(r"['#(]")

_CODEPOINT = re.compile(r"\\u([0-9A-Fa-f]{4})|\\U([0-9A-Fa-f]{8})")
_PROLOGUE = re.compile(
    # Only the words are read in any case: a pattern that is so as a whole takes half as long again.
    rf"(?>(?:[ \t\r\n]++|\#[^\n\r]*+|(?i:BASE){_GAP}{_IRI}"
    rf"|(?i:PREFIX){_GAP}(?:[{_BASE}][{_CHARS}.]*+)?:{_GAP}{_IRI}"
    rf"|(?i:VERSION){_GAP}(?:\"[^\"\\\n\r]*+\"|'[^'\\\n\r]*+'))*)"
)
_FORM = re.compile(r"SELECT|ASK|CONSTRUCT|DESCRIBE", re.IGNORECASE)
_CHANGING_WORDS = ("now", "rand", "uuid", "bnode")
_CHANGING = re.compile("|".join(_CHANGING_WORDS), re.IGNORECASE)
_OPENING = re.compile(rf"{_GAP}\(")

_TARGET = rf"{_GAP}(?:(?i:SILENT){_GAP})?(?P<target>(?P<iri>{_IRI})|{_VARIABLE}|{_NAME})(?P<group>{_GAP}\{{)?"
_GROUP = re.compile(rf"{_GAP}\{{")
_SERVICE = re.compile("SERVICE", re.IGNORECASE)
_SERVICE_GLUED = re.compile(r"(?:\A(?:true|false|e[0-9]+)?|\.)SERVICE([^:]*):", re.IGNORECASE)
_SERVICE_AFTER_DOT = re.compile(r"\.SERVICE(?:SILENT)?\Z", re.IGNORECASE)


@lru_cache
def _token() -> re.Pattern[str]:
    """The pattern of a token. Its letters take a server's start longer to compile than most queries ever need it."""
    return re.compile(_TOKEN, re.VERBOSE | re.DOTALL)


@lru_cache
def _target() -> re.Pattern[str]:
    """The pattern of what stands after SERVICE, for the same reason."""
    return re.compile(_TARGET)


def prepare() -> None:
    """Compile what the first query that needs it would wait for."""
    _token()
    _target()


class Token(NamedTuple):
    """A token with its place in the text, from ``start`` to before ``end``."""

    kind: str  # the name of a group of the pattern above
    text: str
    start: int
    end: int
    certain: bool  # read as the grammar most likely does; the other readings of `<` are not


@dataclass(frozen=True, slots=True)
class Call:
    """One SERVICE: the IRI that it asks, escapes decoded, or None and how the target is written instead."""

    iri: str | None
    written: str


def read(text: str) -> Iterator[Token]:
    """The tokens of every reading of a text, without blanks and comments; the certain reading comes first.

    A reading ends where no token of SPARQL begins, for example at a string that does not end.
    """
    seen = bytearray(len(text) + 1)
    begins = [0]
    comment = (-1, -1)
    token = _token()
    for position in begins:  # grows while it is read
        certain = position == 0
        while position < len(text) and not seen[position]:
            seen[position] = 1
            found = token.match(text, position)
            if found is None:
                break
            start, position, kind = position, found.end(), found.lastgroup
            if kind == "comment":
                # Many readings may meet the same comment: its end is looked for once.
                if not comment[0] <= start <= comment[1]:
                    comment = start, _line_end(text, start)
                position = comment[1]
            elif kind is not None and kind != "blank":
                if kind == "iri" and _PARTING.search(text, start, position):
                    begins.append(start + 1)
                yield Token(kind, found[0], start, position, certain)


def stop(text: str) -> int:
    """Where no token begins any more: the length of a text whose strings all end."""
    end, token = 0, _token()
    while found := token.match(text, end):
        end = _line_end(text, end) if found.lastgroup == "comment" else found.end()
    return end


def _line_end(text: str, start: int) -> int:
    found = _LINE_END.search(text, start)
    return found.start() if found else len(text)


def after_prologue(text: str) -> int:
    """Where the text goes on after its BASE, PREFIX and VERSION declarations."""
    prologue = _PROLOGUE.match(text)
    return prologue.end() if prologue else 0


def form_of(query: str) -> str | None:
    """``SELECT``, ``ASK``, ``CONSTRUCT`` or ``DESCRIBE``; None for what is no query."""
    found = _FORM.match(query, after_prologue(query))
    return found[0].upper() if found else None


def is_deterministic(query: str) -> bool:
    """Whether the same release always gives the same answer, unless it asks another endpoint: no clock, no chance."""
    if not may_say(query, _CHANGING_WORDS):
        return True
    return not any(_may_call_changing(reading) and _calls_changing(reading) for reading in readings(query))


def _calls_changing(text: str) -> bool:
    return any(each.kind == "word" and _CHANGING.search(each.text) for each in read(text))


def _may_call_changing(text: str) -> bool:
    """Whether a bracket follows such a word anywhere: mostly it is part of a name, and the tokens need no reading."""
    lowered = text.lower()
    for word in _CHANGING_WORDS:
        end = 0
        while (start := lowered.find(word, end)) >= 0:
            end = start + len(word)
            if _OPENING.match(lowered, end):
                return True
    return False


def calls(text: str) -> list[Call]:
    """Every SERVICE that any engine could see in a query or update, in the order of the text."""
    if not may_say(text, ("service",)):
        return []
    return [call for reading in readings(text) if _SERVICE.search(reading) for call in _calls(reading)]


def may_say(text: str, small_words: Sequence[str]) -> bool:
    """Whether one of some words may stand anywhere in a text, in any case; most texts are done with this look.

    Comparing small letters costs a hundredth of a pattern that ignores case. Only the pattern knows the characters
    beyond ASCII that count as letters of it (as the long s does), and only `readings` what escapes may spell.
    """
    small = _in_small_letters(text)
    return small is None or any(map(small.__contains__, small_words))  # a generator takes three times as long


@lru_cache(1)  # a text is looked at for several words in a row
def _in_small_letters(text: str) -> str | None:
    return text.lower() if "\\" not in text and text.isascii() else None


def readings(text: str) -> tuple[str, ...]:
    """The text as the embedded engine reads it and, where that differs, as engines do that decode escapes first."""
    return (text, decoded(text)) if "\\" in text and _CODEPOINT.search(text) else (text,)


def decoded(text: str) -> str:
    r"""The text with ``\uXXXX`` and ``\UXXXXXXXX`` replaced by their characters (SPARQL 1.1, section 19.2)."""
    return _CODEPOINT.sub(_character, text)


def _character(escape: re.Match[str]) -> str:
    code = int(escape[1] or escape[2], 16)
    return chr(code) if code <= 0x10FFFF and not 0xD800 <= code <= 0xDFFF else escape[0]


def _calls(text: str) -> Iterator[Call]:
    before = ""
    for token in read(text):
        if token.kind in ("word", "name") and _SERVICE.search(token.text):
            call = _of_word(text, token) if token.kind == "word" else _of_name(text, token, before)
            if call:
                yield call
        before = token.text


def _of_word(text: str, token: Token) -> Call | None:
    """``SERVICE <iri> {``; in the certain reading also without the brace, as engines have dialects."""
    found = _target().match(text, token.end)
    if not found:
        return Call(None, "") if token.certain else None
    if not token.certain and not found["group"]:
        return None
    return Call(decoded(found["iri"][1:-1]) if found["iri"] else None, found["target"])


def _of_name(text: str, token: Token, before: str) -> Call | None:
    """``SERVICEex:a {`` and ``ex:a.b.SERVICE <iri> {``, which the embedded engine takes for calls."""
    if _GROUP.match(text, token.end) and before.upper() != "GRAPH":
        glued = _SERVICE_GLUED.search(token.text)
        return Call(None, token.text) if glued and _may_declare(text, glued[1]) else None
    found = _target().match(text, token.end) if _SERVICE_AFTER_DOT.search(token.text) else None
    return Call(None, found["target"]) if found and found["group"] else None


def _may_declare(text: str, prefix: str) -> bool:
    """Whether a prefix, or what is left of it after SILENT, is declared; perhaps only in a string or a comment."""
    names = {prefix, prefix[len("SILENT") :]} if prefix.upper().startswith("SILENT") else {prefix}
    return any(re.search(rf"PREFIX{_GAP}{re.escape(name)}:", text, re.IGNORECASE) for name in names)
