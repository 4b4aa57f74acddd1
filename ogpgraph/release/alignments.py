"""The sets of mappings of a release as files: SSSOM/TSV for other tools, Turtle with what follows from them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import groupby

from pyoxigraph import NamedNode, Quad, Triple

from ogpgraph import iris
from ogpgraph.release.dumps import turtle
from ogpgraph.settings import BASE
from ogpgraph.sssom import mapping_sets, write_sssom

# Prefixes in the files for those who read them; the files hold no more of them than they use.
_PREFIXES = {
    **{kind: f"{BASE}id/{kind}/" for kind in ("member", "plan", "commitment", "institution", "agent", "mapping-set")},
    "policy-area": f"{BASE}scheme/policy-area/",
    "scheme": f"{BASE}scheme/",
    "eu-authority": "http://publications.europa.eu/resource/authority/",
    "eu-country": "http://publications.europa.eu/resource/authority/country/",
    "eu-data-theme": "http://publications.europa.eu/resource/authority/data-theme/",
    "sdg": "http://metadata.un.org/sdg/",
    "un": "http://metadata.un.org/",
    "wikidata": "http://www.wikidata.org/entity/",
}


def alignment_files(ordered: Iterable[Quad]) -> Iterator[tuple[str, bytes]]:
    """Name and bytes of the files of each set; quads of one graph stand together."""
    start = iris.mapping_set_graph("").value
    for graph, quads in groupby(ordered, key=lambda quad: quad.graph_name):
        if isinstance(graph, NamedNode) and graph.value.startswith(start):
            triples: list[Triple] = [quad.triple for quad in quads]
            name = f"alignments/{graph.value.removeprefix(start)}"
            yield f"{name}.ttl", turtle(triples)
            for mapping_set in mapping_sets(triples):
                yield f"{name}.sssom.tsv", write_sssom(replace(mapping_set, curie_map=_PREFIXES)).encode()
