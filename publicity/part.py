"""What publicity contributes."""

import publicity.feed.tables  # noqa: F401 - its tables belong to the schema before any view is imported
from publicity.notices import end
from publicity.release import intake
from publicity.release.states import PERMISSIONS
from registry.kernel.access import Permission
from registry.kernel.part import Job, Part
from registry.kernel.store import Base

_READERS = frozenset({"clerk", "head", "secrecy", "leader", "admin", "auditor"})

PART = Part(
    name="publicity",
    permissions=(
        Permission("release.read", "查看公开流程和公示", _READERS),
        *PERMISSIONS,
        Permission("notice.correct", "更正公示", frozenset({"head"})),
        Permission("notice.mark", "标注公示", frozenset({"clerk", "head"})),
        Permission("notice.withdraw", "撤下公示", frozenset({"leader"})),
    ),
    scopes={
        "feed:read": "读取归集数据",
        "feed:restricted": "读取归集数据中的证件号码",
        "feed:receipt": "提交归集回执",
    },
    jobs=(
        Job("intake", "收取待公开事项", intake.run, "* * * * *"),
        Job("expire", "公示期满下架", end.run, "5 0 * * *"),
    ),
    tables=tuple(table for table in Base.metadata.sorted_tables if table.name.startswith("pub_")),
)
