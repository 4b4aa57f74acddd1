"""Figures of the server for Prometheus, at ``/metrics``."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Iterator
from itertools import accumulate
from numbers import Real

from prometheus_client import CollectorRegistry, ProcessCollector, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.registry import Collector

from ogpgraph.serve.cache import AnswerCache
from ogpgraph.serve.connections import Connections
from ogpgraph.serve.exchange import Exchange
from ogpgraph.serve.releases import Releases

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0)


class Metrics:
    """Counts requests as they end, and reads the state of engine, cache and connections when it is asked."""

    def __init__(
        self, releases: Releases, cache: AnswerCache, kept_pages: AnswerCache, connections: Connections
    ) -> None:
        self._counts = _Counts()
        self._registry = CollectorRegistry()
        self._registry.register(self._counts)
        ProcessCollector(registry=self._registry)
        self._registry.register(_State(releases, cache, kept_pages, connections))

    def note(self, exchange: Exchange) -> None:
        """Count a request that is done."""
        counts = self._counts
        counts.latency[exchange.lane].add(exchange.seconds())
        counts.answers[str(exchange.status)] += 1
        counts.sent_bytes += exchange.sent_bytes
        if exchange.cache != "-":
            counts.cache[exchange.cache] += 1
        if exchange.cost and exchange.cache != "collapsed":
            counts.cpu_seconds += exchange.cost.cpu_seconds
        if exchange.limit:
            counts.limits[exchange.limit] += 1

    def text(self) -> bytes:
        """All figures in Prometheus' text format."""
        return generate_latest(self._registry)


class _Latency:
    """A histogram of seconds."""

    def __init__(self) -> None:
        self.buckets = [0] * (len(_SECONDS) + 1)
        self.sum = 0.0

    def add(self, seconds: float) -> None:
        self.buckets[bisect_left(_SECONDS, seconds)] += 1
        self.sum += seconds

    def cumulative(self) -> list[tuple[str, float]]:
        """How many were at most so long, as Prometheus has it."""
        bounds = (*(str(float(each)) for each in _SECONDS), "+Inf")
        return list(zip(bounds, accumulate(self.buckets), strict=True))


class _Counts(Collector):
    """What has been counted. The library's own counters take a lock for each figure, and all of ours one thread."""

    def __init__(self) -> None:
        self.latency: defaultdict[str, _Latency] = defaultdict(_Latency)
        self.answers, self.limits, self.cache = Counter[str](), Counter[str](), Counter[str]()
        self.sent_bytes = 0
        self.cpu_seconds = 0.0

    def collect(self) -> Iterator[Metric]:
        latency = HistogramMetricFamily("ogpgraph_request_seconds", "Time of a request by lane.", labels=["lane"])
        for lane, found in self.latency.items():
            latency.add_metric([lane], found.cumulative(), found.sum)
        yield latency
        yield _counted("ogpgraph_answers", "Answers by status.", "status", self.answers)
        yield _counted("ogpgraph_limits", "Requests that met a limit.", "limit", self.limits)
        yield _counted("ogpgraph_cache", "Answers by what the cache did.", "result", self.cache)
        yield CounterMetricFamily("ogpgraph_sent_bytes", "Bytes of answers.", self.sent_bytes)
        yield CounterMetricFamily("ogpgraph_query_cpu_seconds", "Processor time of queries.", self.cpu_seconds)


def _counted(name: str, what: str, label: str, counts: Counter[str]) -> CounterMetricFamily:
    family = CounterMetricFamily(name, what, labels=[label])
    for value, number in counts.items():
        family.add_metric([value], number)
    return family


class _State(Collector):
    """What is true at the moment of asking."""

    def __init__(
        self, releases: Releases, cache: AnswerCache, kept_pages: AnswerCache, connections: Connections
    ) -> None:
        self._releases, self._cache, self._kept_pages = releases, cache, kept_pages
        self._connections = connections

    def collect(self) -> Iterator[Metric]:
        yield _gauge("ogpgraph_cache_held_bytes", "Size of the kept answers.", self._cache.held_bytes)
        yield _gauge("ogpgraph_pages_held_bytes", "Size of the kept pages.", self._kept_pages.held_bytes)
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
