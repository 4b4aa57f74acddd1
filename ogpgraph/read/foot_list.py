"""The list of all commitments of a member at the foot of a page: id, title, cycle, first tag, star."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ogpgraph.read.printed_values import PrintedValues, english
from ogpgraph.records import ListedCommitment
from ogpgraph.vocabulary import Vocabulary

_ANCHOR = re.compile(r"(?<![A-Za-z0-9])([A-Z]{2,4}\d{4})\s?,\s*((?:19|20)\d{2})(?!\d)(?:\s?,[ \t]*)?")
_NUMBER = re.compile(r"^\s*\d{1,4}\.\s+")
_NEXT = re.compile(r"\s\d{1,4}\.\s+(?=\S)")
_STAR = re.compile(
    r"^\s*(?:starred commitment|✪|★|compromiso (?:estelar|con estrella|destacado)|engagement (?:étoilé|en "
    r"vedette))\s*:?\s*",
    re.I,
)


def foot_list(text: str, vocabulary: Vocabulary) -> tuple[list[ListedCommitment], list[tuple[int, str]]]:
    """The entries, and the tags that no label explains with the offset of each."""
    values = PrintedValues(vocabulary, ("policy-area",))
    entries: list[ListedCommitment] = []
    unknown: list[tuple[int, str]] = []
    for title, anchor, tag in _entries(text):
        starred = bool(_STAR.match(title))
        title = " ".join(_STAR.sub("", title).split())
        concept, rest = values.at_start(tag) if tag else (None, "")
        if tag and (concept is None or rest):
            concept = None
            unknown.append((anchor.start(), tag))
        if not title:
            unknown.append((anchor.start(), anchor[1]))
            continue
        entry = {"id": anchor[1], "title": title, "cycle": anchor[2]}
        if concept is not None:
            entry["policy_area"] = english(concept)
        entries.append(ListedCommitment(**entry, **({"starred": True} if starred else {})))  # type: ignore[arg-type]
    return entries, unknown


def _entries(text: str) -> Iterator[tuple[str, re.Match[str], str]]:
    """Printed title, id with cycle, and printed tag of each entry."""
    anchors = list(_ANCHOR.finditer(text))
    begin = 0
    for i, anchor in enumerate(anchors):
        title = _NUMBER.sub("", text[begin : anchor.start()].strip())
        stop = anchors[i + 1].start() if i + 1 < len(anchors) else len(text)
        line_end = text.find("\n", anchor.end(), stop)
        following = _NEXT.search(text, anchor.end(), stop)
        end = min((place for place in (line_end, following.start() if following else -1) if place >= 0), default=stop)
        if end == stop and i + 1 < len(anchors):
            end = anchor.end()
        yield title.split("\n")[-1] if len(title) > 300 else title, anchor, text[anchor.end() : end].strip(" ,.")
        begin = end
