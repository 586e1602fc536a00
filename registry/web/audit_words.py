"""The details of acts in the office's words: labels for their names, titles for the codes that stand in them."""

from collections.abc import Mapping

from registry.accounts.lookups import PURPOSES
from registry.accounts.roles import TITLES
from registry.credit import catalogue
from registry.credit.complaint import states as complaint
from registry.credit.complaint import terms as complaint_terms
from registry.credit.objection import states as objection
from registry.kernel.host import host
from registry.roster import kinds

_LABELS: Mapping[str, str] = {
    "absorbed": "并入的档案",
    "address": "网络地址",
    "after": "之后",
    "again": "再次",
    "allowed": "准予",
    "by": "由",
    "certificate": "证书",
    "changed": "变更",
    "changes": "变动",
    "channel": "来源渠道",
    "checked": "已核",
    "code": "代码",
    "codes": "代码",
    "colour": "名单",
    "columns": "数据项",
    "correction": "更正",
    "count": "数量",
    "counts": "数量",
    "created": "新增",
    "criteria": "标准",
    "date": "日期",
    "day": "日期",
    "digest": "文件摘要",
    "district": "区划",
    "document_number": "文书号",
    "drafted": "新增待提出",
    "draw": "抽取",
    "event": "信用事件",
    "evidence": "证据",
    "fields": "项目",
    "file": "文件",
    "form": "组织形式",
    "frame_sha256": "名录摘要",
    "granted_on": "许可日期",
    "ground": "依据",
    "kept": "保留的档案",
    "kind": "种类",
    "licence": "执业许可",
    "list": "名单",
    "look_ups": "查询记录",
    "marks": "标注",
    "matter": "抽查事项",
    "measure": "处理",
    "merge": "合并",
    "minutes": "分钟",
    "name": "名称",
    "new": "新增",
    "note": "说明",
    "notice": "公示",
    "number": "号码",
    "on": "日期",
    "organisation": "执业机构",
    "otherwise": "其他记录",
    "outcome": "结果",
    "party": "当事人",
    "permission": "权限",
    "pledge": "信用承诺",
    "position": "存证序号",
    "practitioner": "从业人员",
    "profession": "专业",
    "purpose": "事由",
    "reason": "理由",
    "register": "名册",
    "release": "公开流程",
    "roles": "角色",
    "roles_before": "原角色",
    "rows": "行数",
    "rules": "规则",
    "scopes": "权限范围",
    "section": "处室",
    "seed": "种子",
    "sha256": "文件摘要",
    "since": "起",
    "staff": "工作人员",
    "state": "状态",
    "step": "步骤",
    "stored": "存入",
    "subject": "对象",
    "subjects": "对象数",
    "task": "抽查任务",
    "through": "止",
    "title": "标题",
    "type": "类型",
    "until": "期限",
    "username": "用户名",
    "version": "版本",
    "works": "上班",
}


def label(name: str) -> str:
    """What a detail is called; a rarer one is shown as it stands in the book."""
    return _LABELS.get(name, name)


def text(name: str, value: object) -> str:
    """A detail's value for people. Codes that no table of the ground knows stay as they are."""
    if isinstance(value, list):
        return "、".join(text(name, item) for item in value) or "无"
    if isinstance(value, dict):
        return "，".join(f"{label(part)} {text(part, item)}" for part, item in value.items())
    if value is None:
        return "无"
    if isinstance(value, bool):
        return "是" if value else "否"
    return _titles(name).get(str(value), str(value))


def _titles(name: str) -> Mapping[str, str]:
    if name == "kind":
        return _KINDS | {kind: item.title for kind, item in host().imports.items()}
    return TITLES if name.startswith("roles") else _CODES.get(name, {})


_KINDS = {
    **{code: kind.title for code, kind in catalogue.KINDS.items()},
    **{code: kind.title for code, kind in kinds.ORGANISATION_KINDS.items()},
}
_CODES: Mapping[str, Mapping[str, str]] = {
    "channel": complaint_terms.CHANNELS,
    "outcome": {**objection.OUTCOMES, **complaint.OUTCOMES, **complaint_terms.GROUNDS},
    "profession": {code: profession.title for code, profession in kinds.PROFESSIONS.items()},
    "purpose": PURPOSES,
    "state": {
        code: state.title
        for states in (kinds.ORGANISATION_STATES, kinds.LICENCE_STATES)
        for code, state in states.items()
    },
}
