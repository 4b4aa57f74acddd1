"""The linked-data knowledge graph of the Open Government Partnership.

The flow, one arrow a module and a command::

    sources --read--> records --lift--> RDF --release--> validated release --load--> store --serve--> HTTP
"""

__version__ = "0.1.0"
