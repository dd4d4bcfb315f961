"""Tests of the way from the wire to the queue."""
