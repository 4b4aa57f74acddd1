"""An invented release to search: small, in many scripts, with a text for each rule of the search."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

from pyoxigraph import Dataset, Literal, NamedNode, Quad, RdfFormat, serialize

from ogpgraph.settings import BASE
from ogpgraph.vocabulary import DCTERMS, OGP, RDF, RDFS, SKOS, XSD

MEMBER = NamedNode(BASE + "id/member/XX")
PLAN = NamedNode(BASE + "id/plan/XX-2018")
AREA = NamedNode(BASE + "scheme/policy-area/open-data")
HEALTH = NamedNode(BASE + "scheme/policy-area/health")
DONE = NamedNode(BASE + "scheme/completion/complete")
BODY = NamedNode(BASE + "id/institution/xx/treasury")

COMMITMENTS = {
    "XX0001": ("Open budget data for schools", "en", "The treasury publishes what every school spends."),
    "XX0002": ("Données ouvertes de l’État", "fr", "Ouvrir les données de santé."),
    "XX0003": ("開放政府資料平台", "zh", "政府は計画を公開する。"),
    "XX0004": ("การเปิดเผยข้อมูลภาครัฐ", "th", "โรงเรียน"),
    "XX0005": ("مُحَمَّد والبيانات المفتوحة", "ar", "شفافية"),
    "XX0006": ("Die Straße <b>offener</b> Daten", "de", "Budget der Straßen; data open to all & sundry."),
    "XX0007": ("Diyarbakır açık veri", "tr", "School data, open or not."),
}


def commitment(number: str) -> NamedNode:
    """The IRI of a commitment."""
    return NamedNode(f"{BASE}id/commitment/{number}")


def quads() -> list[Quad]:
    """All that the release says."""
    found = [
        Quad(MEMBER, RDF.type, OGP.NationalMember),
        Quad(MEMBER, RDFS.label, Literal("Xanadu", language="en")),
        Quad(PLAN, RDF.type, OGP.ActionPlan),
        Quad(PLAN, RDFS.label, Literal("Xanadu Action Plan 2018", language="en")),
        Quad(PLAN, OGP.member, MEMBER),
        Quad(PLAN, OGP.cycle, Literal("2018", datatype=XSD.gYear)),
        Quad(BODY, RDF.type, OGP.Institution),
        Quad(BODY, RDFS.label, Literal("Treasury", language="en")),
        Quad(BODY, SKOS.altLabel, Literal("Trésor public", language="fr")),
        Quad(BODY, OGP.member, MEMBER),
        *_concept(AREA, "Open Data"),
        *_concept(HEALTH, "Health"),
        *_concept(DONE, "Complete"),
    ]
    for place, (number, (title, language, text)) in enumerate(COMMITMENTS.items()):
        node = commitment(number)
        found += [
            Quad(node, RDF.type, OGP.Commitment),
            Quad(node, RDFS.label, Literal(title, language=language)),
            Quad(node, DCTERMS.identifier, Literal(number)),
            Quad(node, DCTERMS.abstract, Literal(text, language=language)),
            Quad(node, OGP.member, MEMBER),
            Quad(node, OGP.inPlan, PLAN),
            Quad(node, OGP.cycle, Literal(str(2018 + place % 2), datatype=XSD.gYear)),
            Quad(node, OGP.policyArea, AREA if place % 3 else HEALTH),
        ]
    first = commitment("XX0001")
    step = NamedNode(f"{first.value}/milestone/1")
    return [
        *found,
        Quad(first, OGP.leadInstitution, BODY),
        Quad(first, OGP.latestCompletion, DONE),
        Quad(step, RDF.type, OGP.Milestone),
        Quad(step, RDFS.label, Literal("XX0001, milestone 1", language="en")),
        Quad(step, DCTERMS.description, Literal("Count the pencils.", language="en")),
        Quad(step, OGP.milestoneOf, first),
        # Said by a capture only: the release does not take it over, and it is not found.
        Quad(first, DCTERMS.abstract, Literal("Wizardry", language="en"), NamedNode(BASE + "graph/source/a")),
    ]


def written(folder: Path, more: tuple[Quad, ...] = (), version: str = "1") -> Path:
    """A folder that looks like a release as far as the engine reads it."""
    folder.mkdir(parents=True)
    dataset = Dataset([*quads(), *more])
    raw = serialize(dataset, format=RdfFormat.N_QUADS)
    assert raw is not None
    (folder / "dataset.nq").write_bytes(raw)
    files = {"dataset.nq": {"sha256": hashlib.sha256(raw).hexdigest()}}
    (folder / "manifest.json").write_text(json.dumps({"version": version, "quads": len(dataset), "files": files}))
    return folder


def _concept(node: NamedNode, label: str) -> list[Quad]:
    return [Quad(node, RDF.type, SKOS.Concept), Quad(node, RDFS.label, Literal(label, language="en"))]
