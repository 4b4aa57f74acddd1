"""The W3C suites of SPARQL 1.0 and 1.1, offline and over HTTP: ``python -m tests.w3c`` prints the table."""
