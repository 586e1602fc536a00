"""Who acts, and what they may. Every view says which permission it needs, or that it is public."""

from collections.abc import Callable, Container
from dataclasses import dataclass, field
from typing import Literal, TypeVar

from flask import Flask, g

from registry.kernel.faults import Filled, Refused

View = TypeVar("View", bound=Callable[..., object])
PUBLIC = "public"


class _Everything(Container[str]):
    def __contains__(self, _permission: object) -> bool:
        return True


@dataclass(frozen=True)
class Permission:
    """`name` is what views and use cases ask for, `title` what the staff page shows, `roles` who holds it."""

    name: str
    title: str
    roles: frozenset[str]


@dataclass(frozen=True)
class Actor:
    kind: Literal["staff", "client", "job", "command", "anonymous"]
    id: str
    name: str
    permissions: Container[str] = field(default=frozenset(), repr=False)

    @classmethod
    def job(cls, name: str) -> "Actor":
        return cls("job", name, name, _Everything())

    @classmethod
    def command(cls, name: str) -> "Actor":
        """Whoever can run the command line can read the database and its keys: the shell is the permission."""
        return cls("command", name, name, _Everything())

    def may(self, permission: str) -> bool:
        return permission in self.permissions

    def require(self, permission: str) -> None:
        """Raises Refused unless the actor holds `permission`."""
        if not self.may(permission):
            raise Refused(
                Filled("您没有此项权限（%(permission)s）", permission=permission), rule="permission"
            )


ANONYMOUS = Actor("anonymous", "anonymous", "公众")


def requires(permission: str) -> Callable[[View], View]:
    """Declares the permission that a view (function or MethodView method or class) needs."""

    def declare(view: View) -> View:
        view.access = permission  # type: ignore[attr-defined]
        return view

    return declare


def public(view: View) -> View:
    """Declares a view that anybody may see."""
    view.access = PUBLIC  # type: ignore[attr-defined]
    return view


def by_secret(view: View) -> View:
    """Declares that the address holds the secret which entitles to the act, so that a POST needs no page of ours before it:
    a mail program sends it for its reader (RFC 8058), without cookies."""
    view.by_secret = True  # type: ignore[attr-defined]
    return view


def current_actor() -> Actor:
    """Who makes this request; ANONYMOUS when nobody is identified."""
    return g.get("actor", ANONYMOUS)  # type: ignore[no-any-return]


def declared(app: Flask, endpoint: str, method: str) -> str | None:
    """The access that the view behind `endpoint` declares for `method`, or None if it declares none."""
    view = app.view_functions[endpoint]
    view_class = getattr(view, "view_class", None)
    if view_class is not None:
        handler = getattr(view_class, method.lower(), None) or getattr(view_class, "get", None)
        return getattr(handler, "access", None) or getattr(view_class, "access", None)
    return getattr(view, "access", None)


def undeclared(app: Flask) -> list[str]:
    """Routes without an access declaration, as `METHOD rule (endpoint)`; the host refuses to start with any."""
    automatic = {"HEAD", "OPTIONS"}
    return [
        f"{method} {rule.rule} ({rule.endpoint})"
        for rule in app.url_map.iter_rules()
        for method in sorted((rule.methods or set()) - automatic)
        if declared(app, rule.endpoint, method) is None
    ]
