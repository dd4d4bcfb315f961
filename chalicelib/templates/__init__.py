"""Handlebars templates, interpreted without exec and within bounds."""

from chalicelib.templates.renderer import check_template, render
from chalicelib.templates.syntax import TemplateError

__all__ = ["TemplateError", "check_template", "render"]
