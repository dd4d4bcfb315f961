"""Routers: rules decide where an alert goes, and say why."""
