"""What an API client's scopes allow, in the permissions that the use cases ask for. Nowhere else is one turned into the other."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Scope:
    """`title` is what the administrator reads who grants it."""

    name: str
    title: str
    permissions: frozenset[str]


PERSONAL = "registry.personal"
WORKLISTS = "worklist.read"
_READ = frozenset(
    {
        "roster.read",
        "credit.read",
        "standing.read",
        "listing.read",
        "pledge.read",
        "objection.read",
        "repair.read",
    }
)

SCOPES = (
    Scope("registry:read", "读取名册、信用事件、等级、名单等登记内容（不含证件号码、电话和文字材料）", _READ),
    Scope(
        "registry:personal",
        "读取证件号码提示、联系电话和人写的文字；须说明事由，每次读取都记入审计记录",
        frozenset({PERSONAL}),
    ),
    Scope(
        "registry:write",
        "登记和变更名册，录入、更正和撤销信用事件，登记和认定信用承诺",
        _READ
        | {
            "roster.edit",
            "credit.record",
            "credit.procedure",
            "credit.correct",
            "pledge.give",
            "pledge.assess",
        },
    ),
    Scope(
        "rights:write",
        "代信息主体提交异议、复核和信用修复申请，并读取其办理情况",
        frozenset({"objection.receive", "objection.read", "repair.receive", "repair.read"}),
    ),
    Scope(
        "complaints:write",
        "移交投诉（12348 热线等），并读取其办理情况",
        frozenset({"complaint.receive", "complaint.read"}),
    ),
    Scope("measures:read", "核查某一主体能否办理某事", frozenset({"measures.check"})),
    Scope("worklists:read", "读取全部待办清单", frozenset({WORKLISTS})),
)

TITLES: Mapping[str, str] = {scope.name: scope.title for scope in SCOPES}
GRANTS: Mapping[str, frozenset[str]] = {scope.name: scope.permissions for scope in SCOPES}


def granting(permission: str, offered: Sequence[Scope] = SCOPES) -> list[str]:
    """The narrowest scope that allows it, as OpenAPI lists what an operation needs; empty if none does."""
    found = sorted(
        (scope for scope in offered if permission in scope.permissions),
        key=lambda scope: len(scope.permissions),
    )
    return [scope.name for scope in found[:1]]
