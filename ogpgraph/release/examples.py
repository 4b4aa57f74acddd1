"""The example queries as RDF: the graph ``.well-known/sparql-examples``, in the form that SIB's editors read.

Each file of ``queries/examples/`` is a ``sh:SPARQLExecutable`` with its text, its description, keywords and endpoint.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from pyoxigraph import Literal, NamedNode, Triple

from ogpgraph.release.dumps import by_subject
from ogpgraph.settings import BASE
from ogpgraph.vocabulary import OWL, PREFIXES, QUERIES_FOLDER, RDF, RDFS, SCHEMA, SH, SPEX, XSD, text, under_base

GRAPH = NamedNode(BASE + ".well-known/sparql-examples")
_PREFIXES = NamedNode(GRAPH.value + "/prefixes")

# The class beside sh:SPARQLExecutable, if there is one, and the property of the text; SHACL does not know DESCRIBE.
_FORMS: dict[str, tuple[NamedNode | None, NamedNode]] = {
    "SELECT": (SH.SPARQLSelectExecutable, SH.select),
    "ASK": (SH.SPARQLAskExecutable, SH.ask),
    "CONSTRUCT": (SH.SPARQLConstructExecutable, SH.construct),
    "DESCRIBE": (None, SPEX.describe),
}


def described(folder: Path = QUERIES_FOLDER / "examples") -> list[Triple]:
    """All examples of a folder and the prefixes that they use; ValueError names a file that is no query."""
    queries = {path.stem: under_base(path.read_text("utf-8")) for path in sorted(folder.glob("*.rq"))}
    found = [triple for name, query in queries.items() for triple in _example(name, query)]
    prefixes = PREFIXES | {
        prefix: namespace
        for query in queries.values()
        for prefix, namespace in re.findall(r"^PREFIX (\S+): <(\S+)>$", query, flags=re.MULTILINE)
    }
    return sorted([*found, *_declared(prefixes)], key=by_subject)


def _example(name: str, query: str) -> Iterator[Triple]:
    node = NamedNode(f"{GRAPH.value}/{name}")
    header, _, body = query.partition("\n\n")
    said = dict(re.findall(r"^# (title|description|keywords): (.+)$", header, flags=re.MULTILINE))
    form = re.search(rf"^({'|'.join(_FORMS)})\b", body, flags=re.MULTILINE)
    if form is None or len(said) != 3:
        raise ValueError(f"{name}.rq: a header with title, description and keywords and a query are expected")
    kind, property_of_text = _FORMS[form.group()]
    yield Triple(node, RDF.type, SH.SPARQLExecutable)
    if kind:
        yield Triple(node, RDF.type, kind)
    yield Triple(node, RDFS.label, text(said["title"]))
    yield Triple(node, RDFS.comment, text(said["description"]))
    for keyword in said["keywords"].split(", "):
        yield Triple(node, SCHEMA.keywords, text(keyword))
    yield Triple(node, SCHEMA.target, NamedNode(BASE + "sparql"))
    yield Triple(node, SH.prefixes, _PREFIXES)
    yield Triple(node, property_of_text, Literal(body))


def _declared(prefixes: dict[str, str]) -> Iterator[Triple]:
    yield Triple(_PREFIXES, RDF.type, OWL.Ontology)
    yield Triple(_PREFIXES, RDFS.label, text("Prefixes of the example queries"))
    for prefix, namespace in prefixes.items():
        node = NamedNode(f"{_PREFIXES.value}/{prefix}")
        yield Triple(_PREFIXES, SH.declare, node)
        yield Triple(node, RDF.type, SH.PrefixDeclaration)
        yield Triple(node, SH.prefix, Literal(prefix))
        yield Triple(node, SH.namespace, Literal(namespace, datatype=XSD.anyURI))
