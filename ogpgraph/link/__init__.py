"""Linking: which things of two graphs or tables may be the same."""
