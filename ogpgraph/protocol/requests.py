"""From a request to a query or an update (SPARQL 1.1 Protocol, sections 2.1 and 2.2).

Parameters are decoded once. Those of the address and those of a form count alike: a dataset named in either holds, and
a query named in both is one too many. Unknown parameters are ignored.
"""

from __future__ import annotations

import re
from binascii import a2b_qp
from dataclasses import dataclass
from email.message import Message

from pyoxigraph import NamedNode

from ogpgraph.protocol.errors import BadRequest, UnsupportedMediaType, shortened

_FORM = "application/x-www-form-urlencoded"
_QUERY = "application/sparql-query"
_UPDATE = "application/sparql-update"

_DATASETS = {"query": ("default-graph-uri", "named-graph-uri"), "update": ("using-graph-uri", "using-named-graph-uri")}
_BAD_ESCAPE = re.compile(r"%(?![0-9A-Fa-f]{2}).{0,2}", re.DOTALL)
_MOST_PARAMETERS = 1000

Pairs = list[tuple[str, str]]


@dataclass(frozen=True)
class Query:
    """A query and the dataset that the request names for it (Protocol, section 2.1)."""

    text: str
    default_graphs: tuple[str, ...] = ()
    named_graphs: tuple[str, ...] = ()
    base: str | None = None  # IRI that relative IRIs are resolved against where the text has no BASE


@dataclass(frozen=True)
class Update:
    """An update and the dataset that the request names for its WHERE clauses (Protocol, section 2.2)."""

    text: str
    using_graphs: tuple[str, ...] = ()
    using_named_graphs: tuple[str, ...] = ()
    base: str | None = None


def from_query_string(query_string: str | bytes, base: str | None = None) -> Query:
    """The query of ``GET /sparql?query=…``; BadRequest for anything but exactly one query.

    An update is refused: GET must not change anything (section 2.2).
    """
    if isinstance(query_string, bytes) and query_string.startswith(b"query=") and b"&" not in query_string:
        return Query(_decoded(query_string.removeprefix(b"query=")), base=base)  # nearly all: no parameter but this one
    pairs = _pairs(query_string)
    if any(name == "update" for name, _ in pairs):
        raise BadRequest("an update is sent by POST, not in the address")
    return Query(_only("query", pairs), *_dataset("query", pairs), base)


def from_post(content_type: str, body: bytes, query_string: str | bytes, base: str | None = None) -> Query | Update:
    """The query or update of a POST: a form, or the text itself as application/sparql-query or -update.

    UnsupportedMediaType for a body of any other type or charset, BadRequest where the body is no UTF-8 or the request
    is not exactly one query or update.
    """
    media_type, text = _media_type(content_type), _text(content_type, body)
    pairs = _pairs(query_string)
    if any(name == "update" for name, _ in pairs):
        raise BadRequest("an update is sent in the body, not in the address")
    if media_type == _FORM:
        pairs = _pairs(text) + pairs
    else:
        pairs = [("query" if media_type == _QUERY else "update", text), *pairs]
    operations = {name for name, _ in pairs} & {"query", "update"}
    if operations == {"query", "update"}:
        raise BadRequest("the request has both 'query' and 'update': send one of them")
    if operations == {"update"}:
        return Update(_only("update", pairs), *_dataset("update", pairs), base)
    return Query(_only("query", pairs), *_dataset("query", pairs), base)


def _media_type(content_type: str) -> str:
    media_type = content_type.partition(";")[0].strip().lower()
    if media_type not in (_FORM, _QUERY, _UPDATE):
        sent = f"a body of type '{shortened(content_type)}'" if content_type.strip() else "a body without Content-Type"
        raise UnsupportedMediaType(f"{sent} is no query: send {_QUERY}, {_UPDATE} or {_FORM}")
    return media_type


def _text(content_type: str, body: bytes) -> str:
    header = Message()
    header["Content-Type"] = content_type
    charset = header.get_param("charset")
    if charset is not None and str(charset).strip().lower() not in ("utf-8", "utf8"):
        raise UnsupportedMediaType(f"the body's charset is '{shortened(str(charset))}': send UTF-8")
    return _utf8(body, "the body")


def _utf8(raw: bytes, where: str) -> str:
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError as error:
        raise BadRequest(f"{where} is not UTF-8: {error.reason} at byte {error.start}") from None


def _pairs(encoded: str | bytes) -> Pairs:
    """Name and value of every parameter, decoded once; BadRequest where one cannot be decoded."""
    raw = encoded if isinstance(encoded, bytes) else encoded.encode()
    if raw.count(b"&") >= _MOST_PARAMETERS:
        raise BadRequest(f"the request has more than {_MOST_PARAMETERS} parameters")
    pairs = (field.partition(b"=") for field in raw.split(b"&") if field)
    return [(_decoded(name), _decoded(value)) for name, _, value in pairs]


def _decoded(field: bytes) -> str:
    """A name or value without percent escapes; BadRequest where one is none.

    Percent-encoding is quoted-printable with another sign, and that is decoded in C: the library's own decoder takes
    ten times as long, more than all else that is done to a query before it is evaluated.
    """
    spaced = field.replace(b"+", b" ")
    if b"%" not in spaced:
        return _utf8(spaced, "a parameter")
    if b"\n" in spaced or b"\r" in spaced:  # where quoted-printable has a rule of its own
        _check_escapes(spaced)
    plain = a2b_qp(spaced.replace(b"=", b"=3D").replace(b"%", b"="))
    # Each escape makes the text shorter by two, unless it is none: then it is looked for, which takes longer.
    if len(spaced) - len(plain) != 2 * spaced.count(b"%"):
        _check_escapes(spaced)
    return _utf8(plain, "a parameter")


def _check_escapes(encoded: bytes) -> None:
    bad = _BAD_ESCAPE.search(encoded.decode(errors="replace"))
    if bad:
        raise BadRequest(f"'{shortened(bad[0])}' is no percent-encoded byte: write a percent sign as %25")


def _only(name: str, pairs: Pairs) -> str:
    found = [value for key, value in pairs if key == name]
    if len(found) != 1:
        raise BadRequest(f"exactly one '{name}' is expected, {len(found) or 'none'} was found")
    return found[0]


def _dataset(operation: str, pairs: Pairs) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The graphs of the dataset parameters; BadRequest for those of the other operation, which would have no effect."""
    for other, names in _DATASETS.items():
        for name, _ in pairs:
            if other != operation and name in names:
                raise BadRequest(f"'{name}' belongs to the operation '{other}': here it would have no effect")
    unnamed, named = _DATASETS[operation]
    return (
        tuple(_iri(name, value) for name, value in pairs if name == unnamed),
        tuple(_iri(name, value) for name, value in pairs if name == named),
    )


def _iri(name: str, value: str) -> str:
    try:
        return NamedNode(value).value
    except ValueError as error:
        raise BadRequest(f"'{name}={shortened(value)}' is no absolute IRI: {shortened(str(error))}") from None
