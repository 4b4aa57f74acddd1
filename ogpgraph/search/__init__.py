"""Full-text search of a release: an index in SQLite beside the store, made once for each dataset and then only read.

::

    dataset --documents--> texts, facets --writing--> <out>/stores/search-<digest>.sqlite --index--> what matches
                                                                                            |
    words of a stranger --wording--> terms (folded by folding) -----------------------------+

``functions`` offers the same search inside SPARQL, ``asked`` writes a search as a query. Knows no HTTP and no pages.
"""
