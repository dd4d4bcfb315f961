"""Tests of the local service, over real HTTP where it matters."""
