"""Text as it is compared: without case, without diacritics, in one form of each character.

The folding of a text (``fold``):

1. NFKC (Unicode Standard Annex 15): full-width letters, ligatures and the like become the usual ones;
2. each character without case (Unicode's case folding: ß is ss), decomposed, without its marks, and composed again;
3. letters that Unicode does not decompose lose their stroke (ø, ł, đ, ı), and æ and œ are two letters.

Marks are told by their combining class (Unicode Standard, section 4.3): accents stand above or below (200 to 240),
the points of Hebrew, the signs of Arabic and of Syriac have classes of their own (10 to 36). Marks of other classes,
such as the vowels of Thai and of Devanagari or the voicing mark of Japanese, are letters and stay.
"""

from __future__ import annotations

import re
import unicodedata

_STROKES = {"ø": "o", "ł": "l", "đ": "d", "ħ": "h", "ŧ": "t", "ı": "i", "æ": "ae", "œ": "oe"}
_TATWEEL = "\N{ARABIC TATWEEL}"  # only stretches a word
# Scripts that are written without blanks between words. Each character is a word of its own, so that a word is found as
# a phrase of its characters, wherever it stands.
_UNSPACED = re.compile(
    "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff"  # Thai and Lao, Burmese, Khmer
    "\u3005-\u3007\u3040-\u312f\u31f0-\u31ff"  # Japanese, Bopomofo
    "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]"  # Han
)

_MOST_REMEMBERED = 20_000  # characters: strangers could send all that there are


class _Folded(dict[int, str]):
    """What each character is folded to, found out when it is first met; for ``str.translate``."""

    def __missing__(self, code: int) -> str:
        folded = _folded(chr(code))
        if len(self) < _MOST_REMEMBERED:
            self[code] = folded
        return folded


class _Spaced(dict[int, str]):
    """What a folded character is to words: part of one, one by itself, or what stands between two."""

    def __missing__(self, code: int) -> str:
        character = chr(code)
        if unicodedata.category(character)[0] not in "LMN":
            spaced = " "
        else:
            spaced = f" {character} " if _UNSPACED.match(character) else character
        if len(self) < _MOST_REMEMBERED:
            self[code] = spaced
        return spaced


_FOLDED = _Folded()
_SPACED = _Spaced()


def fold(text: str) -> str:
    """A text without case and diacritics; folding it again changes nothing."""
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).translate(_FOLDED))


def fold_character(character: str) -> str:
    """What one character becomes; empty for a mark."""
    return _FOLDED[ord(character)]


def words(folded: str) -> list[str]:
    """The words of a folded text: letters, digits and their marks."""
    return folded.translate(_SPACED).split()


def is_unspaced(word: str) -> bool:
    """Whether a word is a character of a script without blanks between words."""
    return _UNSPACED.match(word) is not None


def _folded(character: str) -> str:
    decomposed = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", character).casefold())
    kept = "".join(_STROKES.get(each, each) for each in decomposed if not _is_dropped(each))
    return unicodedata.normalize("NFC", kept)


def _is_dropped(character: str) -> bool:
    combining = unicodedata.combining(character)
    is_mark = 10 <= combining <= 36 or combining >= 200
    return is_mark or character == _TATWEEL or unicodedata.category(character) == "Cf"
