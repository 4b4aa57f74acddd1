"""Where a link on a page leads: IRIs of this graph to paths of this server, others to where they are.

::

    <base>id/commitment/FR0042       /page/id/commitment/FR0042
    <base>scheme/policy-area         /scheme/policy-area       (schemes and shapes have documentation of their own)
    <base>ontology#Commitment        /ontology#Commitment
"""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import quote

# The forms of an entity's data, with their media types; the first is the one that a person can read.
DATA_FORMS = (
    ("ttl", "text/turtle", "Turtle"),
    ("nt", "application/n-triples", "N-Triples"),
    ("jsonld", "application/ld+json", "JSON-LD"),
    ("rdf", "application/rdf+xml", "RDF/XML"),
)


@dataclass(frozen=True, slots=True)
class Links:
    """Links of one view of the graph: ``root`` is empty for the release in service, ``/versions/<v>`` for another."""

    base: str
    root: str = ""

    def path(self, iri: str) -> str:
        """The path of an IRI below the base; empty for IRIs of others."""
        return iri.removeprefix(self.base) if iri.startswith(self.base) else ""

    def is_ours(self, iri: str) -> bool:
        """Whether this graph defines what the IRI names."""
        return iri.startswith(self.base)

    def page(self, iri: str) -> str:
        """Where a browser is sent for an IRI."""
        path = self.path(iri)
        if not path:
            return iri
        if path.startswith(("ontology", "shapes")) or (path.startswith("scheme/") and path.count("/") == 1):
            return f"{self.root}/{path}"
        return f"{self.root}/page/{path}"

    def data(self, iri: str, extension: str) -> str:
        """The document of an entity's statements in a form of ``DATA_FORMS``."""
        return f"{self.root}/data/{self.path(iri)}.{extension}"

    def query(self, text: str) -> str:
        """The editor with a query in it."""
        return f"{self.root}/editor?query={quote(text, safe='')}"


def short(iri: str) -> str:
    """What an IRI without a label is called: its last part."""
    return iri.rstrip("/#").replace("#", "/").rpartition("/")[2] or iri
