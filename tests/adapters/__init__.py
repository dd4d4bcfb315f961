"""Tests of the adapters, and of what holds for all of them."""
