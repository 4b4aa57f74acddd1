"""How to cite a release: as text, as BibTeX and as CFF (https://citation-file-format.github.io/)."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

AUTHOR = "OGP Graph contributors"
DATASET = "id/dataset/ogp-graph"  # below the base
_DCTERMS, _DCAT = "http://purl.org/dc/terms/", "http://www.w3.org/ns/dcat#"
_SPDX = {"https://creativecommons.org/licenses/by/4.0/": "CC-BY-4.0"}


@dataclass(frozen=True, slots=True)
class Citation:
    """What a citation names. ``issued`` is a day; ``iri`` the persistent IRI of what is cited."""

    title: str
    description: str
    version: str
    issued: str
    iri: str
    licence: str  # an IRI
    keywords: tuple[str, ...] = ()

    def of_edition(self, base: str) -> Citation:
        """The citation of the edition, whatever data it holds: that of the repository."""
        return replace(self, version=self.version.partition("-")[0], iri=base)

    def as_text(self) -> str:
        """One line, as a list of references has it."""
        year = self.issued[:4]
        return f"{AUTHOR} ({year}). {self.title}, version {self.version} [Data set]. {self.iri}"

    def as_bibtex(self) -> str:
        """An entry that BibTeX and BibLaTeX both know; the version and the kind stand in fields that both print."""
        fields = {
            "author": f"{{{AUTHOR}}}",
            "title": f"{{{self.title}}}",
            "year": self.issued[:4],
            "month": str(int(self.issued[5:7])),
            "version": self.version,
            "howpublished": "Data set",
            "note": f"Version {self.version}",
            "url": self.iri,
        }
        key = f"ogpgraph-{self.version}"
        return f"@misc{{{key},\n" + ",\n".join(f"  {name} = {{{value}}}" for name, value in fields.items()) + "\n}\n"

    def as_cff(self) -> str:
        """Citation File Format 1.2.0, which is YAML; a JSON string is a YAML string."""
        fields = {
            "message": "If you use OGP Graph, please cite the version that you used.",
            "title": self.title,
            "abstract": self.description,
            "type": "dataset",
            "version": self.version,
            "date-released": self.issued,
            "license": _SPDX.get(self.licence, self.licence),
            "url": self.iri,
        }
        lines = ["cff-version: 1.2.0", *(f"{name}: {_quoted(value)}" for name, value in fields.items())]
        lines += ["authors:", f"  - name: {_quoted(AUTHOR)}"]
        if self.keywords:
            lines += ["keywords:", *(f"  - {_quoted(word)}" for word in self.keywords)]
        return "\n".join(lines) + "\n"


def citation_from(facts: Mapping[str, Sequence[str]], base: str) -> Citation:
    """The citation of a dataset from what it says of itself: values by the IRI of the property, the base of IRIs.

    What it does not say is empty; its IRI is the persistent one of the version.
    """
    version = _first(facts, _DCAT + "version")
    return Citation(
        _first(facts, _DCTERMS + "title"),
        _first(facts, _DCTERMS + "description"),
        version,
        _first(facts, _DCTERMS + "issued"),
        version_iri(base, version),
        _first(facts, _DCTERMS + "license"),
        tuple(facts.get(_DCAT + "keyword", ())),
    )


def version_iri(base: str, version: str) -> str:
    """The persistent IRI of a version of the dataset."""
    return f"{base}dumps/{version}/"


def _first(facts: Mapping[str, Sequence[str]], name: str) -> str:
    return facts[name][0] if facts.get(name) else ""


def _quoted(value: str) -> str:
    return json.dumps(value, ensure_ascii=False)
