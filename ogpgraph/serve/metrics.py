"""Figures of the server for Prometheus, at ``/metrics``."""

from __future__ import annotations

from collections.abc import Iterator
from numbers import Real
from typing import Any, TypeVar

from prometheus_client import CollectorRegistry, Counter, Histogram, ProcessCollector, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from ogpgraph.serve.cache import AnswerCache
from ogpgraph.serve.connections import Connections
from ogpgraph.serve.exchange import Exchange
from ogpgraph.serve.releases import Releases

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0)


_Labelled = TypeVar("_Labelled", Counter, Histogram)


class Metrics:
    """Counts requests as they end, and reads the state of engine, cache and connections when it is asked."""

    def __init__(self, releases: Releases, cache: AnswerCache, connections: Connections) -> None:
        self._registry = CollectorRegistry()
        registry = self._registry
        self._latency = Histogram(
            "ogpgraph_request_seconds", "Time of a request by lane.", ["lane"], buckets=_SECONDS, registry=registry
        )
        self._answers = Counter("ogpgraph_answers", "Answers by status.", ["status"], registry=registry)
        self._limits = Counter("ogpgraph_limits", "Requests that met a limit.", ["limit"], registry=registry)
        self._cache = Counter("ogpgraph_cache", "Answers by what the cache did.", ["result"], registry=registry)
        self._sent = Counter("ogpgraph_sent_bytes", "Bytes of answers.", registry=registry)
        self._cpu = Counter("ogpgraph_query_cpu_seconds", "Processor time of queries.", registry=registry)
        self._series: dict[tuple[object, str], Any] = {}
        ProcessCollector(registry=registry)
        registry.register(_State(releases, cache, connections))

    def note(self, exchange: Exchange) -> None:
        """Count a request that is done."""
        self._of(self._latency, exchange.lane).observe(exchange.seconds())
        self._of(self._answers, str(exchange.status)).inc()
        self._sent.inc(exchange.sent_bytes)
        if exchange.cache != "-":
            self._of(self._cache, exchange.cache).inc()
        if exchange.cost and exchange.cache != "collapsed":
            self._cpu.inc(exchange.cost.cpu_seconds)
        if exchange.limit:
            self._of(self._limits, exchange.limit).inc()

    def _of(self, metric: _Labelled, label: str) -> _Labelled:
        """The series of a label: remembered, because prometheus_client takes a lock to find it."""
        found = self._series.get((metric, label))
        if found is None:
            found = self._series[metric, label] = metric.labels(label)
        return found

    def text(self) -> bytes:
        """All figures in Prometheus' text format."""
        return generate_latest(self._registry)


class _State(Collector):
    """What is true at the moment of asking."""

    def __init__(self, releases: Releases, cache: AnswerCache, connections: Connections) -> None:
        self._releases, self._cache, self._connections = releases, cache, connections

    def collect(self) -> Iterator[Metric]:
        yield _gauge("ogpgraph_cache_held_bytes", "Size of the kept answers.", self._cache.held_bytes)
        yield _gauge("ogpgraph_cache_waiting", "Clients that wait for another's evaluation.", self._cache.waiting)
        yield _gauge("ogpgraph_connections", "Open connections.", self._connections.open)
        health = self._releases.health()
        yield _gauge("ogpgraph_ready", "1 where queries are answered.", int(self._releases.ready))
        info = GaugeMetricFamily("ogpgraph_release", "The release in service.", labels=["version", "digest"])
        info.add_metric([str(health.get("version", "")), str(health.get("digest", ""))], health.get("quads", 0))
        yield info
        for name, value in _numbers("ogpgraph_engine", health["engine"]):
            yield _gauge(name, "State of the engine, as /health has it.", value)


def _gauge(name: str, what: str, value: float) -> GaugeMetricFamily:
    return GaugeMetricFamily(name, what, value=value)


def _numbers(prefix: str, state: dict[str, object]) -> Iterator[tuple[str, float]]:
    """The figures of a nested state: ``{"workers": {"public": 4}}`` gives ``…_workers_public``."""
    for name, value in state.items():
        if isinstance(value, dict):
            yield from _numbers(f"{prefix}_{name}", value)
        elif isinstance(value, Real):
            yield f"{prefix}_{name}", float(value)
