"""A paper as an answer."""

from flask import Response

from registry.kernel.paper import Paper, typeset

SCHEMA = {"type": "string", "format": "binary"}
"""A PDF in the description of the interface."""


def pdf(paper: Paper, file_name: str) -> Response:
    """As `answer`, of a paper that is not sealed."""
    return answer(typeset(paper), file_name)


def answer(content: bytes, file_name: str) -> Response:
    """Shown in the browser, saved as `file_name`; asked for again each time, because what it says may end."""
    response = Response(content, content_type="application/pdf")
    response.headers["Content-Disposition"] = f'inline; filename="{file_name}"'
    response.headers["Cache-Control"] = "no-cache"
    return response
