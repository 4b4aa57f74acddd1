"""Content negotiation: what a client accepts against what an answer can be (RFC 9110, section 12.5.1)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pyoxigraph import QueryResultsFormat, RdfFormat


class NotAcceptable(Exception):
    """Nothing that the answer can be is acceptable to the client; ``offered`` lists what it can be."""

    def __init__(self, accept: str, offered: Sequence[str]) -> None:
        self.offered = list(offered)
        super().__init__(f"nothing in 'Accept: {accept}' can be given here; offered are {', '.join(offered)}")


@dataclass(frozen=True)
class Format:
    """One form of an answer: its media type, further names of it, its name for ``--format``."""

    name: str
    media_type: str
    engine: QueryResultsFormat | RdfFormat
    aliases: tuple[str, ...] = ()

    @property
    def content_type(self) -> str:
        """The media type with its charset where the type is text."""
        return f"{self.media_type}; charset=utf-8" if self.media_type.startswith("text/") else self.media_type


# In the order of preference where the client has none.
RESULT_FORMATS = (
    Format("json", "application/sparql-results+json", QueryResultsFormat.JSON, ("application/json",)),
    Format("xml", "application/sparql-results+xml", QueryResultsFormat.XML, ("application/xml", "text/xml")),
    Format("csv", "text/csv", QueryResultsFormat.CSV),
    Format("tsv", "text/tab-separated-values", QueryResultsFormat.TSV),
)
GRAPH_FORMATS = (
    Format("turtle", "text/turtle", RdfFormat.TURTLE, ("application/x-turtle",)),
    Format("ntriples", "application/n-triples", RdfFormat.N_TRIPLES),
    Format("rdfxml", "application/rdf+xml", RdfFormat.RDF_XML, ("application/xml", "text/xml")),
    Format("jsonld", "application/ld+json", RdfFormat.JSON_LD, ("application/json",)),
)


def choose(accept: str | None, formats: Sequence[Format]) -> Format:
    """The format that the client likes best; NotAcceptable where it likes none.

    Of formats that the client likes equally, the first offered wins.
    """
    if not accept or not accept.strip():
        return formats[0]
    ranges = [_media_range(part) for part in accept.split(",") if part.strip()]
    best: tuple[float, int] = (0.0, 0)
    chosen: Format | None = None
    for place, offered in enumerate(formats):
        aliases = (quality for name, quality in ranges if name in offered.aliases)
        quality = max(_quality(offered.media_type, ranges), *aliases, 0.0)
        if (quality > 0 and (quality, -place) > best) or (chosen is None and quality > 0):
            best, chosen = (quality, -place), offered
    if chosen is None:
        raise NotAcceptable(accept, [offered.media_type for offered in formats])
    return chosen


def _media_range(part: str) -> tuple[str, float]:
    """A media range with its quality; parameters other than ``q`` do not narrow it."""
    media_type, *parameters = (piece.strip().lower() for piece in part.split(";"))
    quality = 1.0
    for parameter in parameters:
        name, _, value = parameter.partition("=")
        if name.strip() == "q":
            try:
                quality = min(max(float(value), 0.0), 1.0)
            except ValueError:
                quality = 0.0
    return media_type, quality


def _quality(media_type: str, ranges: list[tuple[str, float]]) -> float:
    """The quality that the most specific fitting range gives."""
    kind = media_type.partition("/")[0]
    for wanted in (media_type, f"{kind}/*", "*/*"):
        found = [quality for name, quality in ranges if name == wanted]
        if found:
            return max(found)
    return 0.0
