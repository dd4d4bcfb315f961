"""How an import ends that cannot be done, and what rules cannot say."""

from __future__ import annotations


class ConversionError(ValueError):
    """The configuration cannot be read, is none that Alertmanager takes, or needs more than a router can hold; the
    message says why and where."""


class NoEquivalent(ValueError):
    """A part of the configuration that rules cannot express; the message says which and why."""
