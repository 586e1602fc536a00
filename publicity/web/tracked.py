"""What the pages of matters that somebody follows with number and code have in common."""

from flask import Response, make_response
from flask_babel import gettext

from registry.kernel.faults import Invalid
from registry.web.forms import faults_by_path


def private(page: str, status: int) -> Response:
    """A page for this visitor alone, who may sit at somebody else's machine: no cache keeps it."""
    answer = make_response(page, status)
    answer.headers["Cache-Control"] = "no-store"
    return answer


def unknown() -> dict[str, list[str]]:
    """The one answer to an unknown number and to a wrong code."""
    return {"number": [gettext("没有这个编号，或者查询码不对，请核对后再试")]}


def told(fault: Invalid) -> dict[str, list[str]]:
    """A refusal by field, in the language of the page."""
    return {
        path: [gettext(message) for message in messages] for path, messages in faults_by_path(fault).items()
    }
