"""Bodies of the type ``multipart/form-data`` (RFC 7578), as far as a graph store takes them: a list of documents.

Cut at the boundaries in one pass: a body may have tens of megabytes, and this process answers others meanwhile.
"""

from __future__ import annotations

from email.message import Message

from ogpgraph.protocol.errors import BadRequest

_MOST_PARTS = 1000


def content_type_of(value: str) -> Message:
    """A Content-Type header as a message that tells its type and its parameters."""
    message = Message()
    message["Content-Type"] = value
    return message


def parts(body: bytes, boundary: str) -> list[tuple[str, bytes]]:
    """The parts of a body: the Content-Type that each names (empty where it names none) and its bytes.

    BadRequest where the body is not made as RFC 2046 (section 5.1.1) says.
    """
    if not boundary.isascii() or not 0 < len(boundary) <= 70:
        raise BadRequest("the multipart body has no boundary parameter of 1 to 70 characters")
    delimiter = b"\r\n--" + boundary.encode("ascii")
    _, *pieces = (b"\r\n" + body).split(delimiter, _MOST_PARTS + 1)
    if not pieces or not pieces[-1].startswith(b"--"):
        raise BadRequest(f"the multipart body does not end with its boundary, or has more than {_MOST_PARTS} parts")
    return [_part(piece) for piece in pieces[:-1]]


def _part(piece: bytes) -> tuple[str, bytes]:
    head, separator, content = piece.partition(b"\r\n\r\n")
    padding, line_break, lines = head.partition(b"\r\n")
    if not separator or not line_break or padding.strip(b" \t"):
        raise BadRequest("a part of the multipart body has no head with an empty line after it")
    for line in lines.split(b"\r\n"):
        name, _, value = line.partition(b":")
        if name.strip().lower() == b"content-type":
            return value.strip().decode("latin-1"), content
    return "", content
