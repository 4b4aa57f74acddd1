"""The graph for researchers: a release or an endpoint as rdflib graphs, frames and a networkx graph.

::

    folder, dump file --local--+
                               +--> answers (SPARQL) --> KnowledgeGraph --> rdflib, pandas, polars, networkx
    endpoint --endpoint--------+

``ogpgraph.open`` is the way in (docs/python.md). Every question is a SPARQL query, so that both forms answer alike. The
queries stand in ``queries/`` here, in the package, because it is also installed without the project's folders.
"""
