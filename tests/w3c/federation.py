"""The tests of SERVICE: the endpoints that they name are played by native servers on the loopback interface."""

from __future__ import annotations

import re
from collections.abc import Sequence
from urllib.parse import quote

from pyoxigraph import NamedNode, Quad, Triple

from tests.w3c.answers import Answer, Solutions
from tests.w3c.endpoints import Endpoint
from tests.w3c.engines import Broken, Engine, NotAllowed, SyntaxRefused
from tests.w3c.evaluation import Outcome, failed, query_evaluation
from tests.w3c.suites import QT, Case, Dataset, Node, read_quads, read_text

_ENDPOINT = re.compile(r"\bSERVICE\s+(?:SILENT\s+)?<([^>]*)>", re.IGNORECASE)


class _Moved:
    """An engine to which the endpoints of a test appear where the players are."""

    def __init__(self, engine: Engine, places: dict[str, str]) -> None:
        self._engine = engine
        self._there: dict[Node | Triple, NamedNode] = {NamedNode(old): NamedNode(new) for old, new in places.items()}

    def answer(self, query: str, base: str, media_type: str, dataset: Dataset) -> Answer:
        """Data and query that name the endpoints name the players; the answer names the endpoints."""
        moved = [
            Quad(quad.subject, quad.predicate, self._there.get(quad.object, quad.object)) for quad in dataset.quads
        ]
        self._engine.hold(moved, ())
        for old, new in self._there.items():
            query = query.replace(str(old), str(new))
        answer = self._engine.ask(query, base, media_type)
        assert isinstance(answer, Solutions)
        back: dict[Node, Node] = {new: old for old, new in self._there.items() if isinstance(old, NamedNode)}
        rows = tuple(frozenset((name, back.get(term, term)) for name, term in row) for row in answer.rows)
        return Solutions(answer.variables, rows, answer.ordered)


def federate(case: Case, engine: Engine, players: Sequence[Endpoint]) -> Outcome:
    """Give each player the data of an endpoint, then evaluate as any other query."""
    query = read_text(case.description.text(case.action, f"{QT}query"))
    places = {}
    services = case.description.all(case.action, f"{QT}serviceData")
    for player, service in zip(players, services, strict=False):
        player.hold(_data(case, service), ())
        places[case.description.text(service, f"{QT}endpoint")] = player.addresses.query
    nowhere = players[0].addresses.query.removesuffix("query") + "nowhere/"
    for named in _ENDPOINT.findall(query):
        places.setdefault(named, nowhere + quote(named, safe=""))
    try:
        return query_evaluation(case, _Moved(engine, places), query)
    except NotAllowed as error:
        return failed(f"not allowed: {error}")
    except (SyntaxRefused, Broken, SyntaxError, ValueError) as error:
        return failed(f"{type(error).__name__}: {error}")


def _data(case: Case, service: Node) -> list[Quad]:
    return [quad for data in case.description.all(service, f"{QT}data") for quad in read_quads(data.value)]
