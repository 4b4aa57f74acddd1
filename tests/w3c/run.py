"""All suites, one after the other, offline or over HTTP."""

from __future__ import annotations

import contextlib
import csv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.w3c import servers
from tests.w3c.description import describe
from tests.w3c.endpoints import Addresses, Endpoint
from tests.w3c.engines import Engine, Offline
from tests.w3c.evaluation import Outcome, Verdict, evaluate
from tests.w3c.exchanges import exchange
from tests.w3c.federation import federate
from tests.w3c.older import Older
from tests.w3c.suites import QT, Case, Dataset, cases, dataset_of_query, read_text

MANIFESTS = ("sparql11/manifest-all.ttl", "sparql10/manifest.ttl")
OLDER = "sparql11/http-rdf-update/manifest.ttl"
KNOWN_FAILURES = Path(__file__).parent / "known_failures.csv"

_NO_ENTAILMENT = "entailment regimes are no part of the endpoint: a release holds what follows from it"
_OTHER_DATA = {"sparql11/entailment", "sparql11/service"}
_QUERIES = {"QueryEvaluationTest", "CSVResultFormatTest"}
_EXCHANGES = {"ProtocolTest", "GraphStoreProtocolTest"}


@dataclass(frozen=True)
class Result:
    """A test and how it ended."""

    case: Case
    outcome: Outcome


def all_cases() -> list[Case]:
    """Every test but those of the older graph store suite."""
    return [case for manifest in MANIFESTS for case in cases(manifest)]


def run_offline() -> list[Result]:
    """The tests that need no HTTP, by the engine in this process."""
    with _players() as players:
        engine = Offline()
        return [
            Result(case, _run(case, engine, players))
            for case in all_cases()
            if case.kind not in _EXCHANGES | {"ServiceDescriptionTest"}
        ]


def run_over_http(out: Path) -> list[Result]:
    """All tests, by ``ogpgraph serve`` of a folder's latest release that may be written to unchecked."""
    with _players() as players:
        asked = " ".join(player.addresses.query.removesuffix("query") for player in players)
        # One worker is enough for one client, and every write forks them anew.
        settings = {"update_checks": "0", "service_endpoints": asked, "queries_at_once": "1"}
        with servers.ogpgraph(out, settings, token="conformance") as addresses:
            return _run_all("http", addresses, players)


def run_native() -> list[Result]:
    """All tests, by the native server, as a peer."""
    with _players() as players, servers.oxigraph() as addresses:
        return _run_all("native", addresses, players)


def _run_all(name: str, addresses: Addresses, players: list[Endpoint]) -> list[Result]:
    with contextlib.closing(Endpoint(name, addresses, _library())) as endpoint:
        found = [Result(case, _run(case, endpoint, players)) for case in all_cases()]
        older = Older(endpoint)
        return found + [Result(case, older.run(case)) for case in cases(OLDER)]


def _library() -> Dataset:
    """Every document that a query is asked of."""
    queries = [case for case in all_cases() if case.kind in _QUERIES and case.suite not in _OTHER_DATA]
    datasets = [dataset_of_query(case, read_text(case.description.text(case.action, f"{QT}query"))) for case in queries]
    return Dataset((), tuple(sorted({iri for each in datasets for iri in (*each.default, *each.named)})))


@contextlib.contextmanager
def _players() -> Iterator[list[Endpoint]]:
    """Two native servers: no test of SERVICE names more."""
    with contextlib.ExitStack() as stack:
        addresses = [stack.enter_context(servers.oxigraph()) for _ in range(2)]
        yield [stack.enter_context(contextlib.closing(Endpoint("player", each))) for each in addresses]


def _run(case: Case, engine: Engine, players: list[Endpoint]) -> Outcome:
    if case.suite == "sparql11/entailment":
        return Outcome(Verdict.NOT_RUN, _NO_ENTAILMENT)
    if case.suite == "sparql11/service":
        return federate(case, engine, players)
    if case.kind in _EXCHANGES or case.kind == "ServiceDescriptionTest":
        assert isinstance(engine, Endpoint)
        return exchange(case, engine) if case.kind in _EXCHANGES else describe(case, engine)
    return evaluate(case, engine)


def known_failures(way: str) -> dict[tuple[str, str], str]:
    """Suite and test of each failure that is known for a way (offline, http, native), with its reason."""
    with KNOWN_FAILURES.open(encoding="utf-8", newline="") as lines:
        return {
            (row["suite"], row["test"]): row["reason"] for row in csv.DictReader(lines) if way in row["ways"].split()
        }
