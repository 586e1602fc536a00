"""How a visitor wants the pages: large type, light or dark, in which language. Kept in a cookie, needed by no script."""

from dataclasses import dataclass, fields, replace
from typing import Self

from flask import Blueprint, Response, current_app, redirect, request
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict

from registry.kernel.access import public

COOKIE = "legalcredit-look"
_YEAR = 365 * 24 * 3600

blueprint = Blueprint("look", __name__)


@dataclass(frozen=True)
class Look:
    """Each has its usual value first; `scheme` "auto" follows the device. `lang` is the language of the public pages."""

    type: str = "normal"
    scheme: str = "auto"
    lang: str = "zh"

    @classmethod
    def read(cls, cookie: str) -> Self:
        """What a cookie says, as far as it says anything known."""
        words = set(cookie.split("."))
        chosen = {
            name: next((word for word in known if word in words), known[0]) for name, known in CHOICES.items()
        }
        return cls(**chosen)

    def chosen(self, given: MultiDict[str, str]) -> Self:
        """With what an address asks for."""
        asked = {name: given[name] for name, known in CHOICES.items() if given.get(name) in known}
        return replace(self, **asked)

    def __str__(self) -> str:
        return ".".join(getattr(self, one.name) for one in fields(self))


CHOICES = {"type": ("normal", "large"), "scheme": ("auto", "light", "dark"), "lang": ("zh", "en")}


def look() -> Look:
    """Of this request: the address before the cookie, so that a link can show a page in English."""
    return Look.read(request.cookies.get(COOKIE, "")).chosen(request.args)


@blueprint.app_context_processor
def _given() -> dict[str, Look]:
    return {"look": look()}


@blueprint.get("/look")
@public
def choose() -> ResponseReturnValue:
    """Keeps `type`, `scheme` or `lang` and goes back to the page at `next`, a path of this service."""
    back = request.args.get("next", "/")
    # Two slashes, or a slash and a backslash, would be another host.
    answer: Response = redirect(back if back.startswith("/") and back[1:2] not in ("/", "\\") else "/", 303)  # type: ignore[assignment]
    answer.set_cookie(
        COOKIE,
        str(look()),
        max_age=_YEAR,
        httponly=True,
        samesite="Lax",
        secure=current_app.config["SESSION_COOKIE_SECURE"],
    )
    return answer


@blueprint.after_app_request
def _varies(response: Response) -> Response:
    if response.mimetype == "text/html":
        response.vary.add("Cookie")
    return response
