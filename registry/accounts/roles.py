"""The ten roles of the office and what they may. Pure."""

from collections.abc import Iterable
from typing import NamedTuple

from registry.kernel.access import Permission


class Role(NamedTuple):
    """`code` as permissions name it, `title` in the office's words, `duty` in one line for whoever grants it."""

    code: str
    title: str
    duty: str


ROLES = (
    Role("clerk", "经办人", "录入名录和信用事件，提出公示"),
    Role("head", "处室负责人", "初审本处室提出的公示，安排检查"),
    Role("secrecy", "保密审查员", "公开前的保密审查"),
    Role("legal", "法制审核员", "名单列入等决定前的法制审核"),
    Role("leader", "分管局领导", "公开前的审核决定"),
    Role("draw", "抽取员", "冻结名录，组织双随机抽取"),
    Role("witness", "见证人", "到场见证抽取，录入骰子点数"),
    Role("inspector", "检查员", "执行检查，记录检查结果"),
    Role("auditor", "审计员", "查看审计记录，不办理业务"),
    Role("admin", "管理员", "管理工作人员、接口客户端和系统设置"),
)
TITLES = {role.code: role.title for role in ROLES}
EVERYONE = frozenset(TITLES)


def permissions_of(roles: Iterable[str], permissions: Iterable[Permission]) -> frozenset[str]:
    """The names of all permissions that at least one of `roles` holds."""
    held = frozenset(roles)
    return frozenset(permission.name for permission in permissions if permission.roles & held)
