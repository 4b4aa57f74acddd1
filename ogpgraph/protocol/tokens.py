"""The words of a query, told apart from what is only written in its strings, IRIs and comments."""

from __future__ import annotations

import re

# Strings, IRIs and comments are skipped whole, so that the word may stand in them. A quote or number sign after
# a backslash belongs to a prefixed name and begins nothing.
_TOKENS = re.compile(
    r"""
      (?P<skipped> \"{3}(?:[^\"\\]|\\.|\"{1,2}(?!\"))*\"{3} | '{3}(?:[^'\\]|\\.|'{1,2}(?!'))*'{3}
                 | \"(?:[^\"\\\n\r]|\\.)*\" | '(?:[^'\\\n\r]|\\.)*'
                 | <[^<>\"{}|^`\\\x00-\x20]*> | \#[^\n\r]* | \\. )
    | (?P<name> [?$][\w]+ | [\w.\-]*:(?:[\w.\-:%]|\\.)* | @[\w\-]+ )
    | (?P<word> [A-Za-z_]+ )
    | .
    """,
    re.VERBOSE | re.DOTALL,
)


def keywords(query: str) -> set[str]:
    """The bare words of a query in capitals: no strings, IRIs, comments, variables or prefixed names."""
    return {found["word"].upper() for found in _TOKENS.finditer(query) if found["word"]}
