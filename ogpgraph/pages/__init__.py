"""What people see: from what the graph answers to HTML. Knows neither HTTP nor the engine.

::

    queries/pages/*.rq --Ask--> rows (terms) --modules of this package--> templates/*.html --Context.render--> a page

A page is made by a function that gets a ``Context``: it asks, shapes what it got, and renders a template.
"""

from pathlib import Path

ASSETS = Path(__file__).parent / "assets"  # what the server sends as it is, below /assets/
