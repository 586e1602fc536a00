"""/api/docs: the OpenAPI document as a page, from files of this host alone."""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from registry.kernel.access import public

blueprint = Blueprint("api_docs", __name__)


@blueprint.get("/api/docs")
@public
def page() -> ResponseReturnValue:
    return render_template("registry/api_docs.html")
