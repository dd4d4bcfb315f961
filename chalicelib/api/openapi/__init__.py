"""The OpenAPI 3.1 document of the API and the page to read and try it. Imported only when one of them is asked for."""

from chalicelib.api.openapi.build import document as document
from chalicelib.api.openapi.page import docs_page as docs_page
from chalicelib.api.openapi.page import docs_policy as docs_policy
