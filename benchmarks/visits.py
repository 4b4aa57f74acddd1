"""The light mix: what the engine is asked when somebody looks at entities, noted during such visits.

An application in this process is asked for the page and for the data document of as many entities of each class, as a
browser and a program ask for them. Nothing is made up: a page that asks something else is another mix.
"""

from __future__ import annotations

import asyncio
import random
import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import httpx2

from benchmarks import workload
from ogpgraph import settings
from ogpgraph.engine.answer import LocalAnswer
from ogpgraph.engine.job import Job
from ogpgraph.engine.local import LocalEngine
from ogpgraph.load import latest_release
from ogpgraph.serve.application import application
from ogpgraph.serve.releases import Releases

# What is asked for: a page and the data in the form of the mix.
_ACCEPTED = ("text/html", workload.N_TRIPLES)
# A native server reads 8 KB of a request's head: the few questions that are longer are asked of nobody.
_LONGEST_TARGET = 7800


def light_mix(out: Path, entities: Sequence[tuple[str, str]]) -> list[str]:
    """All different queries of visits to entities drawn from (IRI, class IRI) pairs, in an order that stays the same.

    ``out`` holds the release. SELECT and CONSTRUCT; RuntimeError where a visit fails.
    """
    drawn = workload.drawn(entities, random.Random(4))
    asked = asyncio.run(_asked(out, [entity for members in drawn.values() for entity in members]))
    short = [query for query in asked if len(workload.target("", query)) <= _LONGEST_TARGET]
    random.Random(4).shuffle(short)
    print(f"light mix: {len(short):,} queries; {len(asked) - len(short)} are longer than others read", file=sys.stderr)
    return short


class _Noting(LocalEngine):
    """An engine that remembers what it was asked."""

    def __init__(self, folder: Path, used: settings.Settings) -> None:
        super().__init__(folder, used)
        self.texts: dict[str, None] = {}

    def answer(self, job: Job) -> LocalAnswer:
        self.texts.setdefault(job.query.text)
        return super().answer(job)

    def ask(self, job: Job, done: Callable[[LocalAnswer], None]) -> LocalAnswer:
        self.texts.setdefault(job.query.text)
        return super().ask(job, done)


async def _asked(out: Path, entities: Sequence[str]) -> list[str]:
    """What visits to the entities ask of the engine, each query once."""
    folder = latest_release(out)
    assert folder is not None
    used = replace(settings.Settings(), out=str(out), pages_ahead=0, access_log="", release_check_seconds=0)
    engine = _Noting(folder, used)
    releases = Releases(used, lambda _: engine)
    app = application(used, releases)
    browser = httpx2.AsyncClient(transport=httpx2.ASGITransport(app), base_url="http://site", follow_redirects=True)
    async with app.router.lifespan_context(app), browser:
        while not releases.ready:  # a large release is loaded behind the start
            await asyncio.sleep(0.1)
        engine.texts.clear()  # what every page needs, once
        for number, entity in enumerate(entities, start=1):
            for accepted in _ACCEPTED:
                path = "/" + entity.removeprefix(settings.BASE)
                response = await browser.get(path, headers={"Accept": accepted})
                if response.status_code != 200:
                    raise RuntimeError(f"{response.url}: {response.status_code}")
            if sys.stderr.isatty():
                print(f"\rentities visited: {number} of {len(entities)}", end="", file=sys.stderr, flush=True)
    if sys.stderr.isatty():
        print(file=sys.stderr)
    return list(engine.texts)
