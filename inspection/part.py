"""What inspections contribute."""

from pathlib import Path

from inspection.ceremony import deposits, sealed, sealed_announce
from inspection.commands import draw
from inspection.plan.annual import tables as _plans  # noqa: F401 - names its tables
from inspection.plan.directory import change
from inspection.plan.intake import INSPECTORS
from inspection.plan.matters import drafts
from inspection.visits import assign, duties, opening, replace
from inspection.visits.after import duties as after_duties
from inspection.visits.after import handover, rectification
from inspection.visits.after import tables as _tables  # noqa: F401 - names every table of this package
from inspection.web import (
    after,
    after_papers,
    fieldwork,
    frames,
    health,
    papers,
    public,
    public_api,
    staff,
    stage,
    verification,
)
from registry.kernel.access import Permission
from registry.kernel.part import Import, Job, Navigation, Part
from registry.kernel.store import Base

_OFFICE = frozenset({"clerk", "head", "leader", "draw", "witness", "inspector", "auditor", "secrecy"})

PART = Part(
    name="inspection",
    commands=(draw,),
    blueprints=(
        staff.blueprint,
        public.blueprint,
        frames.blueprint,
        stage.blueprint,
        public_api.blueprint,
        verification.blueprint,
        health.blueprint,
        health.api,
        papers.blueprint,
        after.blueprint,
        after_papers.blueprint,
        fieldwork.blueprint,
    ),
    permissions=(
        Permission("draw.read", "查看抽查计划与抽取", _OFFICE),
        Permission("inspection.plan", "编制抽查事项、任务与检查人员名录", frozenset({"head"})),
        Permission(drafts.PUBLISH, "公布抽查事项清单和年度计划", frozenset({"head", "leader"})),
        Permission(change.OWN, "登记本人的回避和请假", frozenset({"inspector"})),
        Permission("draw.freeze", "冻结抽取名录", frozenset({"draw"})),
        Permission("draw.commit", "提交名录存证", frozenset({"draw"})),
        Permission("draw.chance", "提供随机源", frozenset({"witness", "draw"})),
        Permission("draw.run", "执行抽取", frozenset({"draw"})),
        Permission(sealed_announce.SEAL, "决定抽取结果密封", frozenset({"draw"})),
        Permission(deposits.HOLD, "保管密封抽取的随机数", frozenset({"auditor"})),
        Permission(sealed.KNOW, "知悉密封抽取的结果", frozenset({"leader"})),
        Permission("draw.void", "申请或确认作废抽取", frozenset({"draw", "head", "leader"})),
        Permission("visit.read", "查看检查任务", _OFFICE),
        Permission("visit.record", "记录检查结果", frozenset({"inspector"})),
        Permission(replace.ASK, "申请回避或更换检查对象", frozenset({"inspector", "clerk", "head"})),
        Permission("visit.ask_for_subject", "代检查对象申请回避", frozenset({"clerk", "head"})),
        Permission(replace.DECIDE, "决定回避和更换检查对象", frozenset({"head", "leader"})),
        Permission("visit.review", "复核并办结检查", frozenset({"head"})),
        Permission(rectification.ORDER, "责令改正和延期", frozenset({"head"})),
        Permission(rectification.HANDLE, "登记改正报告", frozenset({"clerk", "head", "inspector"})),
        Permission(handover.PROPOSE, "提出移送案件线索或抄告", frozenset({"inspector", "clerk", "head"})),
        Permission(handover.DECIDE, "批准移送案件线索或抄告", frozenset({"head", "leader"})),
        Permission(handover.HANDLE, "登记立案和办理结果", frozenset({"clerk", "head"})),
    ),
    navigation=(
        Navigation("双随机抽查", "inspection.overview", "draw.read", 400, "检查"),
        Navigation("检查", "inspection.visit_list", "visit.read", 410, "检查"),
        Navigation("责令改正", "after.rectifications", "visit.read", 420, "检查"),
        Navigation("案件线索移送", "after.handovers", "visit.read", 430, "检查"),
        Navigation("我的检查", "fieldwork.mine", "visit.record", 405, "检查"),
    ),
    worklists=(*duties.WORKLISTS, *after_duties.WORKLISTS),
    acts={
        "matter.draft": "拟定抽查事项变更",
        "matter.discard": "放弃抽查事项拟稿",
        "matter.publish": "公布抽查事项",
        "matter.end": "抽查事项移出清单",
        "task.create": "建立抽查任务",
        "inspector.enlist": "登记检查人员",
        "inspector.link": "关联检查人员账号",
        "inspector.recuse": "登记回避",
        "inspector.recusal_lifted": "解除回避",
        "inspector.change": "变更检查人员信息",
        "inspector.end": "检查人员离岗",
        "inspector.leave": "登记请假",
        "inspector.leave_ended": "销假",
        "plan.draft": "拟定年度抽查计划",
        "plan.entry": "编写年度计划项目",
        "plan.entry_dropped": "删除年度计划项目",
        "plan.discard": "放弃年度计划拟稿",
        "plan.publish": "公布年度抽查计划",
        "draw.announce": "公布抽取编号和随机源计划",
        "draw.seal": "公布为密封抽取",
        "draw.deposit_key": "生成保管密钥",
        "draw.hand_over": "提交随机数承诺值",
        "draw.call_off": "撤回公布的抽取",
        "draw.freeze": "冻结抽取名录",
        "draw.commit": "名录提交存证",
        "draw.chance": "提供随机源",
        "draw.run": "抽取",
        "draw.run_sealed": "抽取，结果密封",
        "draw.open": "密封的抽取启封",
        "draw.void_proposed": "申请作废抽取",
        "draw.void": "作废抽取",
        "draw.lapse": "抽取逾期作废",
        "draw.substitution_asked": "申请回避或更换检查对象",
        "draw.substitution_refused": "不同意回避或更换",
        "draw.substitute": "同意回避或更换，依种子递补",
        "visit.record": "记录检查结果",
        "visit.note": "现场记录",
        "visit.note_aside": "现场记录未计入，另行保存",
        "visit.close": "办结检查",
        "visit.send_back": "退回检查结果",
        rectification.FOLLOWED: "检查结果的后续",
        "rectification.order": "责令改正",
        "rectification.extend": "延长改正期限",
        "rectification.report": "收到改正报告",
        "rectification.recheck": "记录复查",
        "rectification.send_back": "退回复查结果",
        "rectification.confirm": "复核复查结果",
        "handover.propose": "提出移送",
        "handover.refuse": "不同意移送",
        "handover.send": "批准移送",
        "handover.file": "移送的线索立案",
        "handover.close": "移送办结",
    },
    imports=(Import("inspectors", "检查人员", INSPECTORS),),
    jobs=(
        Job("draws", "完成随机源已齐的抽取，逾期的作废", assign.settle, "30 0 * * *"),
        Job("openings", "到期的密封抽取启封", opening.settle, "5 * * * *"),
    ),
    static=Path(__file__).parent / "web" / "static",
    tables=tuple(table for table in Base.metadata.sorted_tables if table.name.startswith("insp_")),
)
