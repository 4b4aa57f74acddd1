"""How deep a query nests, judged before a parser that calls itself for each level sees it.

The embedded engine's parser and optimizer call themselves for each nested bracket and, with less stack, for each
element of a chain such as ``a || b || c``. Measured with 8 MB of stack, the process ends at 870 nested EXISTS or
functions and at 2,750 OPTIONAL, BIND or DESCRIBE terms in a row. So a chain counts as a twentieth of its length.
"""

from __future__ import annotations

from ogpgraph.protocol.errors import TooDeep
from ogpgraph.protocol.tokens import Token, after_prologue, form_of, read

LINKS_PER_LEVEL = 20

_LINKING_WORDS = {"UNION", "OPTIONAL", "MINUS", "FILTER", "BIND", "LATERAL"}
# Between round brackets they join; elsewhere they are the sign of a number or a repetition in a path.
_SIGNS = {"+", "-", "*"}


def check_depth(text: str, limit: int) -> None:
    """Raise TooDeep where a query or update nests deeper than ``limit`` levels."""
    # Even if every character were a link it would not be too deep: the usual query ends here.
    if text.count("{") + text.count("(") + text.count("[") + len(text) / LINKS_PER_LEVEL <= limit:
        return
    nesting = _Nesting(counts_terms=form_of(text) == "DESCRIBE")
    start = after_prologue(text)
    for token in read(text):
        if not token.certain:
            break
        if token.start >= start:
            nesting.take(token)
        if nesting.levels > limit:
            line = text.count("\n", 0, token.start) + 1
            raise TooDeep(limit, f"line {line} is nested deeper or ends a chain of more than {limit * LINKS_PER_LEVEL}")


class _Nesting:
    """The open brackets, outermost first, each with the links of the chain in it."""

    def __init__(self, counts_terms: bool) -> None:
        self._brackets = [""]
        self._links = [0]
        self._total = 0
        self._counts_terms = counts_terms  # DESCRIBE <a> <b> … is a chain too

    @property
    def levels(self) -> float:
        return len(self._brackets) - 1 + self._total / LINKS_PER_LEVEL

    def take(self, token: Token) -> None:
        if token.kind == "open":
            self._brackets.append(token.text)
            self._links.append(0)
        elif token.kind == "close":
            self._close()
        elif self._is_link(token):
            self._link()

    def _close(self) -> None:
        if len(self._brackets) == 1:
            return  # the parser will complain
        bracket = self._brackets.pop()
        self._total -= self._links.pop()
        # Conditions of HAVING and GROUP BY and expressions of SELECT follow each other without a word.
        if bracket == "(" and len(self._brackets) == 1:
            self._link()

    def _link(self) -> None:
        self._links[-1] += 1
        self._total += 1

    def _is_link(self, token: Token) -> bool:
        if token.kind == "operator":
            return token.text not in _SIGNS or self._brackets[-1] == "("
        if token.kind == "word":
            return token.text.upper() in _LINKING_WORDS
        return self._counts_terms and len(self._brackets) == 1 and token.kind in ("iri", "name", "variable")
