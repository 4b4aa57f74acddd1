"""``serve``: a release over HTTP. The only part that knows HTTP."""

from ogpgraph.serve.application import application

__all__ = ["application"]
