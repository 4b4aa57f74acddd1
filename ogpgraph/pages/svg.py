"""SVG as a tree of elements, so that what is drawn is well-formed whatever the texts are; and how much text fits.

No font is at hand here: widths are estimates on the wide side, so that a line may end a little early but not late.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from xml.etree.ElementTree import Element, SubElement, tostring

_NAMESPACE = "http://www.w3.org/2000/svg"
# What XML 1.0 allows nowhere, section 2.2.
_NO_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_NARROW = frozenset("iIjlt.,:;'|!()[]fr ·-")
_WIDE = frozenset("mwMWQOGD%@—…")


def clean(text: str) -> str:
    """A text without the characters that XML does not allow."""
    return _NO_XML.sub("", text)


def svg(width: float, height: float, **attributes: str) -> Element:
    """The root of a drawing with a size in user units."""
    size = {"width": number(width), "height": number(height), "viewBox": f"0 0 {number(width)} {number(height)}"}
    return Element("svg", {"xmlns": _NAMESPACE, **size, **_named(attributes)})


def stretched(height: float, **attributes: str) -> Element:
    """The root of a drawing that is as wide as its place; what is in it is placed by percentages."""
    return Element("svg", {"xmlns": _NAMESPACE, "width": "100%", "height": number(height), **_named(attributes)})


def add(parent: Element, tag: str, text: str = "", **attributes: str | float) -> Element:
    """A new element in another; ``class_`` is class, ``_`` in names is ``-``, what is empty is left out."""
    given = {name: number(value) if isinstance(value, float | int) else value for name, value in attributes.items()}
    element = SubElement(parent, tag, _named(given))
    element.text = clean(text) or None
    return element


def markup(root: Element) -> str:
    """A tree as text."""
    return tostring(root, "unicode")


def number(value: float) -> str:
    """A length, to a tenth of a unit."""
    return f"{round(value, 1) + 0:.1f}".removesuffix(".0")  # adding 0 makes -0 positive


def _named(attributes: dict[str, str]) -> dict[str, str]:
    return {name.rstrip("_").replace("_", "-"): clean(value) for name, value in attributes.items() if value != ""}


def width_of(text: str, size: float) -> float:
    """About how wide a text is at a font size, both in user units."""
    return size * sum(map(_share, text))


@lru_cache(4096)
def _share(character: str) -> float:
    if unicodedata.combining(character):
        return 0.0
    if unicodedata.east_asian_width(character) in "WF":
        return 1.0
    if character in _NARROW:
        return 0.36
    if character in _WIDE:
        return 0.92
    return 0.7 if character.isupper() else 0.6


def fitted(text: str, width: float, size: float) -> str:
    """As much of a text as fits on one line, with an ellipsis where something is left out."""
    lines = wrapped(text, width, size, 1)
    return lines[0] if lines else ""


def wrapped(text: str, width: float, size: float, most: int) -> list[str]:
    """A text in lines; what does not fit into ``most`` lines is left out with an ellipsis.

    Lines end between words; words that are longer than a line, and scripts without blanks, are cut where it is full.
    """
    lines, line = [], ""
    for part in _parts(" ".join(text.split()), width, size):
        if line and width_of((line + part).rstrip(), size) > width:
            lines.append(line.rstrip())
            line = part.lstrip()
        else:
            line += part
        if len(lines) > most:
            break
    lines.append(line.rstrip())
    lines = [each for each in lines if each]
    if len(lines) > most:
        lines = [*lines[: most - 1], _cut(f"{lines[most - 1]} {lines[most]}", width, size)]
    return lines


def _parts(text: str, width: float, size: float) -> list[str]:
    """What a line may end after: words with the blank behind them, wide characters, pieces of overlong words."""
    parts: list[str] = []
    for word in re.findall(r"\S+\s*", text):
        piece = ""
        for character in word:
            wide = unicodedata.east_asian_width(character) in "WF"
            if piece and (wide or width_of(piece + character, size) > width):
                parts.append(piece)
                piece = ""
            piece += character
        parts.append(piece)
    return parts


def _cut(text: str, width: float, size: float) -> str:
    room = width - width_of("…", size)
    for n, character in enumerate(text):
        room -= width_of(character, size)
        if room < 0:
            return text[:n].rstrip() + "…"
    return text + "…"
