"""What the registry contributes. Alone it is a working application."""

from pathlib import Path

from registry.accounts import audit as audit_book
from registry.accounts import clients as api_clients
from registry.accounts import staff as accounts
from registry.accounts.identity import identify
from registry.accounts.lookups import LOOK_UPS
from registry.accounts.retention import PURGE
from registry.accounts.roles import EVERYONE
from registry.commands.clients import clients as clients_command
from registry.commands.db import db
from registry.commands.imports import import_file
from registry.commands.jobs import jobs
from registry.commands.ledger import ledger
from registry.commands.serve import serve
from registry.commands.staff import staff as staff_command
from registry.credit import evidence, override
from registry.credit.complaint import find as complaint_find
from registry.credit.complaint import states as complaint
from registry.credit.complaint.importer import COMPLAINTS
from registry.credit.duties import INCOMPLETE
from registry.credit.importers import EVENTS, PENALTIES, PERMITS
from registry.credit.listing import entry as listing_entry
from registry.credit.listing import moves as listing_moves
from registry.credit.listing.worklists import WORKLISTS as LISTING_WORKLISTS
from registry.credit.measures import check as measures_check
from registry.credit.objection import find as objections_find
from registry.credit.objection import states as objection
from registry.credit.own_record import issue as own_record_issue
from registry.credit.pledge import find as pledge_find
from registry.credit.pledge import give as pledging
from registry.credit.pledge.importer import PLEDGES
from registry.credit.repair import find as repairs_find
from registry.credit.repair import states as repair
from registry.credit.standing import adopt as standing
from registry.credit.standing import rules_find as standing_rules_find
from registry.credit.standing import trial as standing_trial
from registry.credit.standing import upkeep as standing_upkeep
from registry.credit.standing.follow import follow as standing_follow
from registry.kernel import idempotency, mail, runs, workdays
from registry.kernel.access import Permission
from registry.kernel.jobs import PRUNE
from registry.kernel.part import Import, Job, Navigation, Part
from registry.kernel.store import Base
from registry.ledger.triggers import TRIGGERS
from registry.roster import index as names_index
from registry.roster.importers import ORGANISATIONS, PRACTITIONERS
from registry.roster.uploads import conduct as uploads
from registry.web import (
    api,
    api_docs,
    assessments,
    audit,
    calendar,
    clients,
    complaints,
    credit_evidence,
    credit_override,
    duties,
    edge,
    exports,
    imports,
    listings,
    log,
    look,
    lookups,
    mails,
    measures,
    objections,
    own_record,
    pledges,
    repairs,
    roster,
    roster_amend,
    roster_edit,
    roster_merge,
    sign_in,
    site,
    staff,
    standing_rules,
)
from registry.web import jobs as jobs_page
from registry.web import standing as standing_pages
from registry.web.api import scopes

PART = Part(
    name="registry",
    translations=Path(__file__).parent / "web" / "translations",
    blueprints=(
        site.site,
        look.blueprint,
        sign_in.blueprint,
        staff.blueprint,
        duties.blueprint,
        complaints.blueprint,
        imports.blueprint,
        clients.blueprint,
        audit.blueprint,
        lookups.blueprint,
        calendar.blueprint,
        jobs_page.blueprint,
        mails.blueprint,
        roster_edit.blueprint,
        roster_amend.blueprint,
        roster_merge.blueprint,
        assessments.blueprint,
        exports.blueprint,
        pledges.blueprint,
        listings.blueprint,
        measures.blueprint,
        objections.blueprint,
        repairs.blueprint,
        own_record.blueprint,
        credit_evidence.blueprint,
        credit_override.blueprint,
        standing_pages.blueprint,
        standing_rules.blueprint,
        *api.BLUEPRINTS,
        api_docs.blueprint,
        log.blueprint,
    ),
    commands=(
        db,
        serve,
        jobs,
        ledger,
        import_file,
        staff_command,
        clients_command,
    ),
    imports=(
        Import("organisations", "执业机构", ORGANISATIONS),
        Import("practitioners", "从业人员", PRACTITIONERS),
        Import("permits", "行政许可", PERMITS),
        Import("penalties", "行政处罚", PENALTIES),
        Import("events", "信用事件", EVENTS),
        Import("complaints", "投诉", COMPLAINTS),
        Import("pledges", "信用承诺", PLEDGES),
    ),
    jobs_with=lambda host: (uploads.job(host.imports), mail.job(host.settings.mail)),
    jobs=(
        Job("listings", "名单到期移出", listing_entry.lapse, "20 0 * * *"),
        PRUNE,
        idempotency.PURGE,
        PURGE,
        Job("evidence", "核对证据文件", evidence.check, "20 3 * * *"),
        Job("names", "按现行字表更新姓名检索", names_index.renew, "50 3 * * *"),
        *standing_upkeep.JOBS,
        standing_trial.JOB,
    ),
    scopes=scopes.TITLES,
    grants=scopes.GRANTS,
    permissions=(
        Permission(accounts.SELF, "登录工作台、修改本人密码", EVERYONE),
        Permission(accounts.ADMINISTER, "管理工作人员和角色", frozenset({"admin"})),
        Permission(api_clients.ADMINISTER, "管理接口客户端", frozenset({"admin"})),
        Permission(audit_book.READ, "查看审计记录", frozenset({"auditor"})),
        Permission("roster.read", "查看从业人员和执业机构的全部内容", EVERYONE - {"witness", "admin"}),
        Permission("roster.edit", "录入和变更从业人员、执业机构和执业许可", frozenset({"clerk", "head"})),
        Permission(exports.RESTRICTED, "导出证件号码和私人电话", frozenset({"head", "leader"})),
        Permission("roster.merge", "确认合并或拆分人员档案", frozenset({"head"})),
        Permission("credit.read", "查看信用事件的全部内容", EVERYONE - {"witness", "draw", "admin"}),
        Permission("credit.record", "录入信用事件", frozenset({"clerk", "head"})),
        Permission(
            "credit.procedure",
            "记录经程序作出的事件（检查、投诉、承诺、名单、异议、修复）",
            frozenset({"clerk", "head", "legal", "leader", "inspector"}),
        ),
        Permission("credit.correct", "更正和撤销信用事件", frozenset({"clerk", "head", "leader"})),
        Permission("credit.override", "审核与条文不一致的处罚录入", frozenset({"leader"})),
        Permission(
            evidence.READ,
            "打开证据材料",
            frozenset({"clerk", "head", "legal", "leader", "inspector", "auditor"}),
        ),
        Permission(evidence.ATTACH, "上传证据材料", frozenset({"clerk", "head", "legal", "inspector"})),
        *pledging.PERMISSIONS,
        *listing_moves.PERMISSIONS,
        measures_check.PERMISSION,
        Permission(
            scopes.PERSONAL,
            "通过接口读取证件号码提示、联系电话和文字材料",
            frozenset({"clerk", "head", "legal", "leader", "inspector", "auditor"}),
        ),
        *objection.PERMISSIONS,
        *complaint.PERMISSIONS,
        *repair.PERMISSIONS,
        *own_record_issue.PERMISSIONS,
        *standing.PERMISSIONS,
        Permission(scopes.WORKLISTS, "通过接口读取待办清单", EVERYONE),
        Permission("import.run", "导入名录和双公示文件", frozenset({"clerk", "head"})),
        Permission(workdays.EDIT, "维护工作日历", frozenset({"admin"})),
        Permission(runs.READ, "查看定时任务", frozenset({"admin", "auditor"})),
        Permission(mail.READ, "查看发件箱", frozenset({"admin", "auditor"})),
        Permission(mail.OPERATE, "处理搁置的邮件", frozenset({"admin"})),
    ),
    navigation=(
        Navigation("名册", "roster.index", roster.READ, 100, "名册"),
        Navigation("批量导入", "imports.index", uploads.RUN, 110, "名册"),
        Navigation("信用事件", "credit.index", "credit.read", 110, "信用"),
        Navigation("导出", "exports.index", roster.READ, 115, "名册"),
        Navigation("异议", "objections.index", objection.READ, 130, "信用"),
        Navigation("信用修复", "repairs.index", repair.READ, 135, "信用"),
        Navigation("红黑名单", "listings.index", listing_moves.READ, 300, "名单与承诺"),
        Navigation("资格核查", "measures.index", measures_check.CHECK, 310, "名单与承诺"),
        Navigation("本人查询", "own_record.index", own_record.ISSUE, 140, "信用"),
        Navigation("信用等级", "standing.index", standing.READ, 120, "信用"),
        Navigation("信用承诺", "pledges.index", pledging.READ, 320, "名单与承诺"),
        Navigation("投诉", "complaints.index", complaint.READ, 165, "信用"),
        Navigation("工作人员", "staff.people", accounts.ADMINISTER, 800, "管理"),
        Navigation("接口客户端", "clients.index", api_clients.ADMINISTER, 810, "管理"),
        Navigation("工作日历", "calendar.index", workdays.EDIT, 830, "管理"),
        Navigation("定时任务", "jobs.index", runs.READ, 840, "管理"),
        Navigation("发件箱", "mails.index", mail.READ, 845, "管理"),
        Navigation("审计记录", "audit.index", audit_book.READ, 820, "管理"),
        Navigation("查询记录", "lookups.index", audit_book.READ, 821, "管理"),
    ),
    worklists=(
        override.WORKLIST,
        evidence.WORKLIST,
        INCOMPLETE,
        *complaint_find.WORKLISTS,
        standing_rules_find.WORKLIST,
        pledge_find.WORKLIST,
        *LISTING_WORKLISTS,
        roster_merge.WORKLIST,
        *objections_find.WORKLISTS,
        mail.WORKLIST,
        *repairs_find.WORKLISTS,
    ),
    acts={
        "staff.add": "添加工作人员",
        "staff.change": "修改工作人员",
        "staff.deactivate": "停用账号",
        "staff.reinstate": "恢复账号",
        "staff.reset_password": "重置密码",
        "staff.unlock": "解除登录锁定",
        "staff.change_password": "修改本人密码",
        "staff.sign_in": "登录",
        "staff.sign_in_failed": "登录失败",
        "staff.lock_out": "登录锁定",
        "staff.confirm": "确认本人密码",
        "staff.sign_out": "退出登录",
        "calendar.load": "载入工作日历",
        "calendar.edit": "修改工作日历",
        "calendar.confirm": "核定全年工作日历",
        "client.add": "添加接口客户端",
        "client.revoke": "撤销接口客户端",
        "roster.enrol": "登记机构或从业人员",
        "roster.state": "变更机构或执业状态",
        "roster.transfer": "变更执业机构",
        "roster.amend": "变更登记内容",
        "roster.merge_propose": "提出合并人员档案",
        "roster.split_propose": "提出拆分人员档案",
        "roster.merge_decline": "不予合并或拆分",
        "roster.merge": "合并人员档案",
        "roster.split": "拆分人员档案",
        "credit.record": "录入信用事件",
        "credit.annul": "撤销信用事件",
        "credit.correct": "更正信用事件",
        "credit.draft": "报审与条文不一致的处罚",
        "credit.override": "同意记录与条文不一致的处罚",
        "credit.override_refused": "退回与条文不一致的处罚",
        "credit.disclose": "变更信用事件的公开",
        "evidence.attach": "上传证据材料",
        "evidence.fault": "证据文件缺失或被改动",
        "evidence.recovered": "证据文件恢复",
        "mail.resend": "重新发送邮件",
        "mail.drop": "放弃搁置的邮件",
        "import": "导入文件",
        "import.upload": "上传待导入的文件",
        "import.check": "核对待导入的文件",
        "import.preview": "预览待导入的文件",
        "import.approve": "确认导入",
        "import.refuse": "拒绝待导入的文件",
        "import.discard": "放弃待导入的文件",
        "audit.purge": "清除期满的审计内容",
        "duty.take": "承办待办事项",
        "duty.hand_over": "移交待办事项",
        "duty.give_back": "放回待办事项",
        **LOOK_UPS,
        **objection.ACTS,
        **complaint.ACTS,
        **repair.ACTS,
        **own_record_issue.ACTS,
        **pledging.ACTS,
        **listing_moves.ACTS,
        **measures_check.ACTS,
        **standing.ACTS,
    },
    closing=(standing_follow, audit_book.close),
    identify=identify,
    setup=edge.install,
    triggers=TRIGGERS,
    tables=tuple(table for table in Base.metadata.sorted_tables if table.name.startswith("reg_")),
)
