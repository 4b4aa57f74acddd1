"""How much faster the whole release validates than plain pyshacl would take on it.

    make build && .venv/bin/python -m benchmarks.validation

Both engines get the same Turtle file and the same shapes in the same run; both times include reading them.
The fast engine runs five times and its median counts. The answer of the two must be the same, else the
ratio means nothing.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pyshacl
import rdflib

from ogpgraph import checks
from ogpgraph.load import latest_release

SH = rdflib.Namespace("http://www.w3.org/ns/shacl#")


def timed(work: Callable[[], int]) -> tuple[float, int]:
    """Seconds of wall clock that the work took, and what it gave."""
    start = time.perf_counter()
    results = work()
    return time.perf_counter() - start, results


def main() -> int:
    """Print both times and their ratio; 1 where the engines disagree on the number of results."""
    parser = argparse.ArgumentParser(description="Time pyshacl and the project's engine on one release.")
    parser.add_argument("--out", type=Path, default=Path("dist"), help="folder of the releases")
    folder = latest_release(parser.parse_args().out)
    if folder is None:
        print("there is no release: run `make build` first", file=sys.stderr)
        return 1
    data = folder / "ogp-graph.ttl"

    def fast() -> int:
        return len(set(checks.validate_turtle(data.read_bytes()).report.objects(None, SH.result)))

    def plain() -> int:
        graph = rdflib.Graph().parse(data)
        shapes = rdflib.Graph().parse(data=checks.shapes_turtle(), format="turtle")
        _, report, _ = pyshacl.validate(graph, shacl_graph=shapes, inference="none", advanced=False)
        return len(set(report.objects(None, SH.result)))

    runs = sorted(timed(fast) for _ in range(5))
    fast_seconds, fast_results = runs[2]
    plain_seconds, plain_results = timed(plain)
    print(f"release {folder.name}: pyshifty {fast_seconds:.1f} s, pyshacl {plain_seconds:.1f} s")
    print(f"results: pyshifty {fast_results}, pyshacl {plain_results}")
    print(f"ratio: {plain_seconds / fast_seconds:.1f} times faster (bar: 10)")
    return 0 if fast_results == plain_results else 1


if __name__ == "__main__":
    sys.exit(main())
