"""Content negotiation: what a client accepts against what an answer can be (RFC 9110, section 12.5)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from pyoxigraph import QueryResultsFormat, RdfFormat

# A client has no use for more ranges than this; a hostile one would have us compare thousands.
_MOST_RANGES = 100
# The same few headers come again and again: what they say is remembered, but not of headers that nobody sends twice.
_MOST_REMEMBERED, _LONGEST_REMEMBERED = 512, 300


class NotAcceptable(Exception):
    """Nothing that the answer can be is acceptable to the client; ``offered`` lists what it can be."""

    def __init__(self, accept: str, offered: Sequence[str], header: str = "Accept") -> None:
        self.offered = list(offered)
        super().__init__(f"nothing in '{header}: {accept}' can be given here; offered are {', '.join(offered)}")


class UnknownFormat(Exception):
    """A ``format=`` parameter that names no form of this answer; ``offered`` lists the names."""

    def __init__(self, name: str, formats: Sequence[Format]) -> None:
        self.offered = [offered.name for offered in formats]
        super().__init__(f"'{name}' is no format of this answer; offered are {', '.join(self.offered)}")


@dataclass(frozen=True, eq=False)  # there is one object of each form
class Format:
    """One form of an answer: its media type, further names of it, its name for ``--format`` and ``format=``."""

    name: str
    media_type: str
    engine: QueryResultsFormat | RdfFormat | None = None  # None: what the engine does not write
    aliases: tuple[str, ...] = ()  # further media types
    short_names: tuple[str, ...] = ()  # further names for ``format=``; extensions of files are among them

    @property
    def content_type(self) -> str:
        """The media type with its charset where the type is text."""
        return f"{self.media_type}; charset=utf-8" if self.media_type.startswith("text/") else self.media_type

    def is_called(self, name: str) -> bool:
        """Whether a name (``ttl``) or a media type, in any case, means this format."""
        wanted = name.strip().lower()
        return wanted in (self.name, *self.short_names, self.media_type, *self.aliases)


# In the order of preference where the client has none.
RESULT_FORMATS = (
    Format("json", "application/sparql-results+json", QueryResultsFormat.JSON, ("application/json",), ("srj",)),
    Format("xml", "application/sparql-results+xml", QueryResultsFormat.XML, ("application/xml", "text/xml"), ("srx",)),
    Format("csv", "text/csv", QueryResultsFormat.CSV),
    Format("tsv", "text/tab-separated-values", QueryResultsFormat.TSV),
)
GRAPH_FORMATS = (
    Format("turtle", "text/turtle", RdfFormat.TURTLE, ("application/x-turtle",), ("ttl",)),
    Format("ntriples", "application/n-triples", RdfFormat.N_TRIPLES, (), ("nt",)),
    Format("rdfxml", "application/rdf+xml", RdfFormat.RDF_XML, ("application/xml", "text/xml"), ("rdf", "xml")),
    Format("jsonld", "application/ld+json", RdfFormat.JSON_LD, ("application/json",), ("json-ld", "json")),
    Format("nquads", "application/n-quads", RdfFormat.N_QUADS, (), ("nq",)),
    Format("trig", "application/trig", RdfFormat.TRIG, ("application/x-trig",)),
)


def named(name: str, formats: Sequence[Format]) -> Format:
    """The format that a ``format=`` parameter names; UnknownFormat where it names none of them."""
    for offered in formats:
        if offered.is_called(name):
            return offered
    raise UnknownFormat(name, formats)


def choose(accept: str | None, formats: Sequence[Format]) -> Format:
    """The format that the client likes best; NotAcceptable where it likes none.

    Of formats that the client likes equally, the first offered wins.
    """
    if not accept or not accept.strip():
        return formats[0]
    return (_remembered_choice if len(accept) <= _LONGEST_REMEMBERED else _choice)(accept, formats)


def _choice(accept: str, formats: Sequence[Format]) -> Format:
    ranges = _ranges(accept)
    chosen, best = None, 0.0
    for offered in formats:
        liked = [ranges.get(alias, 0.0) for alias in offered.aliases]
        quality = max(_quality(offered.media_type, ranges), *liked, 0.0)
        if quality > best:
            chosen, best = offered, quality
    if chosen is None:
        raise NotAcceptable(accept, [offered.media_type for offered in formats])
    return chosen


_remembered_choice = lru_cache(_MOST_REMEMBERED)(_choice)


def prefers(accept: str | None, media_type: str, to: Sequence[Format]) -> bool:
    """Whether the client likes a media type better than every one of some formats, as a browser likes HTML."""
    if not accept:
        return False
    ranges = _ranges(accept)
    others = (name for offered in to for name in (offered.media_type, *offered.aliases))
    return _quality(media_type, ranges) > max(_quality(name, ranges) for name in others)


def choose_encoding(accept_encoding: str | None, offered: Sequence[str]) -> str:
    """The content coding that the client likes best, ``identity`` where it names none (RFC 9110, section 12.5.3).

    ``offered`` stands in our order of preference, without identity. NotAcceptable where the client refuses
    identity and everything that is offered.
    """
    if not accept_encoding or not accept_encoding.strip():
        return "identity"
    ranges = _ranges(accept_encoding)
    chosen, best = "", 0.0
    for coding in offered:
        quality = ranges.get(coding, ranges.get("*", 0.0))
        if quality > best:
            chosen, best = coding, quality
    identity = ranges.get("identity")
    if chosen and best >= (identity or 0.0):
        return chosen
    if identity == 0.0 or (identity is None and ranges.get("*") == 0.0):
        raise NotAcceptable(accept_encoding, [*offered, "identity"], "Accept-Encoding")
    return "identity"


def refuses_identity(accept_encoding: str | None) -> bool:
    """Whether the client takes no answer that is not compressed: ``identity;q=0`` or ``*;q=0``."""
    if not accept_encoding or "0" not in accept_encoding:
        return False
    ranges = _ranges(accept_encoding)
    return ranges.get("identity", ranges.get("*", 1.0)) == 0.0


def _ranges(header: str) -> Mapping[str, float]:
    """Each range of a header with the best quality that the header gives it."""
    return _remembered_ranges(header) if len(header) <= _LONGEST_REMEMBERED else _read_ranges(header)


def _read_ranges(header: str) -> Mapping[str, float]:
    """The ranges, read.

    Parameters other than ``q`` do not narrow a range: there is one form of each media type here.
    """
    found: dict[str, float] = {}
    for part in header.split(",", _MOST_RANGES)[:_MOST_RANGES]:
        name, *parameters = (piece.strip().lower() for piece in part.split(";"))
        if name:
            found[name] = max(_quality_of(parameters), found.get(name, 0.0))
    return found


_remembered_ranges = lru_cache(_MOST_REMEMBERED)(_read_ranges)


def _quality_of(parameters: Sequence[str]) -> float:
    """The value of ``q`` among a range's parameters, within 0 and 1; 0 where it is no number."""
    for parameter in parameters:
        name, _, value = parameter.partition("=")
        if name.strip() == "q":
            try:
                return min(max(float(value), 0.0), 1.0)
            except ValueError:
                return 0.0
    return 1.0


def _quality(media_type: str, ranges: Mapping[str, float]) -> float:
    """The quality that the most specific fitting range gives."""
    kind = media_type.partition("/")[0]
    for wanted in (media_type, f"{kind}/*", "*/*"):
        if wanted in ranges:
            return ranges[wanted]
    return 0.0
