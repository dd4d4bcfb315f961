"""Routing that other systems describe, turned into routers: one package or file per system."""
