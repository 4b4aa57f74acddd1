"""The light mix of the endpoint's benchmark: what visits to entities really ask of the engine."""

from __future__ import annotations

from pathlib import Path

from pyoxigraph import NamedNode

from benchmarks import visits
from ogpgraph.pages.queries import filled
from ogpgraph.serve.entities import about
from ogpgraph.settings import BASE
from ogpgraph.vocabulary import OGP

pytest_plugins = ["fixtures_three_plans"]

ENTITIES = [
    (f"{BASE}id/commitment/XA0001", OGP.Commitment.value),
    (f"{BASE}id/plan/XA-2015", OGP.ActionPlan.value),
]


def test_the_mix_is_what_pages_and_documents_ask_each_once(xanadu_out: Path) -> None:
    mix = visits.light_mix(xanadu_out, ENTITIES)
    for entity, _ in ENTITIES:
        document = entity.replace("/id/", "/data/id/") + ".nt"
        assert filled("entity", entity=entity) in mix
        assert about(NamedNode(entity), NamedNode(document)).text in mix
    assert len(mix) == len(set(mix))
    assert mix == visits.light_mix(xanadu_out, ENTITIES)
