"""Signalbox: webhooks in, deduplicated and routed alerts out."""
