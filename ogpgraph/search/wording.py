"""What a stranger asks for: words, phrases and what must not be there.

::

    budget participatif          both words, each also as the beginning of a longer one
    "open data"                  the two words, one after the other
    -school  -"school budget"    not this

Nothing of it is syntax of the index: what reaches the index are words of letters and digits in quotation marks of ours.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from ogpgraph.search.folding import fold, is_unspaced, words

MOST_CHARACTERS = 300
MOST_TERMS = 20
MOST_WORDS = 60
_QUOTES = str.maketrans("“”„«»＂", '""""""')
_PART = re.compile(r'(?P<not>(?<!\S)[-\N{MINUS SIGN}])?(?:"(?P<phrase>[^"]*)"?|(?P<word>[^\s"]+))')


class TooMuchAsked(ValueError):
    """A search that is longer than any that makes sense; the message names the bound."""


@dataclass(frozen=True, slots=True)
class Term:
    """Words that stand one after the other; with ``is_prefix`` the last one may go on."""

    words: tuple[str, ...]
    is_prefix: bool
    asked: str = field(default="", compare=False)  # as it was written

    def expression(self) -> str:
        """As the index has it (https://www.sqlite.org/fts5.html, section 3)."""
        return f'"{" ".join(self.words)}"{" *" if self.is_prefix else ""}'


@dataclass(frozen=True, slots=True)
class Wanted:
    """What must be there, and what must not."""

    terms: tuple[Term, ...] = ()
    without: tuple[Term, ...] = ()

    @property
    def is_empty(self) -> bool:
        """Whether nothing is asked for."""
        return not self.terms and not self.without


def wanted(text: str) -> Wanted:
    """What a text asks for; TooMuchAsked where it is too long. A text without a word asks for nothing."""
    if len(text) > MOST_CHARACTERS:
        raise TooMuchAsked(f"a search has at most {MOST_CHARACTERS} characters, this one has {len(text)}")
    terms: list[Term] = []
    without: list[Term] = []
    for part in _PART.finditer(text.translate(_QUOTES)):
        is_phrase = part["phrase"] is not None
        found = tuple(words(fold(part["phrase"] if is_phrase else part["word"])))
        if found:
            term = Term(found, not is_phrase and not is_unspaced(found[-1]), part[0])
            (without if part["not"] else terms).append(term)
    if len(terms) + len(without) > MOST_TERMS:
        raise TooMuchAsked(f"a search has at most {MOST_TERMS} words and phrases")
    if sum(len(term.words) for term in (*terms, *without)) > MOST_WORDS:
        raise TooMuchAsked(f"the words and phrases of a search have at most {MOST_WORDS} parts")
    return Wanted(tuple(dict.fromkeys(terms)), tuple(dict.fromkeys(without)))
