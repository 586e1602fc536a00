"""What an API client's scopes allow, in the permissions that the use cases ask for. Nowhere else is one turned into the other."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Scope:
    """`title` is what the administrator reads who grants it."""

    name: str
    title: str
    permissions: frozenset[str]


PERSONAL = "registry.personal"
_READ = frozenset({"roster.read", "credit.read"})

SCOPES = (
    Scope("registry:read", "读取名册、信用事件等登记内容（不含证件号码、电话和文字材料）", _READ),
    Scope(
        "registry:personal",
        "读取证件号码提示、联系电话和信用事件的文字内容；每次读取都记入审计记录",
        frozenset({PERSONAL}),
    ),
    Scope(
        "registry:write",
        "登记和变更名册，录入和撤销信用事件",
        _READ | {"roster.edit", "credit.record", "credit.correct"},
    ),
)

TITLES: Mapping[str, str] = {scope.name: scope.title for scope in SCOPES}
GRANTS: Mapping[str, frozenset[str]] = {scope.name: scope.permissions for scope in SCOPES}


def granting(permission: str) -> list[str]:
    """The narrowest scope that allows it, as OpenAPI lists what an operation needs; empty if none does."""
    found = sorted(
        (scope for scope in SCOPES if permission in scope.permissions),
        key=lambda scope: len(scope.permissions),
    )
    return [scope.name for scope in found[:1]]
