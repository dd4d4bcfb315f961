"""Handlebars templates, interpreted without exec and within bounds."""
