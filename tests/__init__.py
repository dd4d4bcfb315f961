"""Tests, laid out as chalicelib is."""
