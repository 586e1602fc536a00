"""What publicity contributes."""

from functools import partial
from pathlib import Path

from publicity.alarms import recipients as alarm_recipients
from publicity.alarms import sound
from publicity.alerts import digest
from publicity.archive.export import EXPORT
from publicity.catalogue import draft as catalogue_drafts
from publicity.catalogue import duties as catalogue_duties
from publicity.catalogue import uses
from publicity.catalogue.intake import IMPORTS
from publicity.commands.archive import archive as archive_command
from publicity.commands.certificate import certificate
from publicity.commands.feed import feed
from publicity.commands.sync import sync
from publicity.disclosure import decide as disclosing
from publicity.disclosure import find as disclosures
from publicity.disclosure import register
from publicity.feed import checks, configure, deliver, reconcile
from publicity.feed import duties as feed_duties
from publicity.feed.graded import measure
from publicity.feed.graded import returns as graded
from publicity.letters import find as letter_duties
from publicity.letters import results as letter_results
from publicity.letters import states as letter_states
from publicity.links import record as link_check
from publicity.notices import duties, follow, verify
from publicity.proving import penalties
from publicity.release import intake
from publicity.release.consultation import find as consulting
from publicity.release.delegation import arrange as delegation
from publicity.release.states import PERMISSIONS, STEPS
from publicity.reports import find as reports
from publicity.reports import handle
from publicity.requests import find as request_duties
from publicity.requests import handle as request_handle
from publicity.requests import states as request_states
from publicity.sites import register as site_register
from publicity.web import (
    alarms,
    alerts,
    archive,
    atom,
    batch,
    bulk,
    catalogue,
    catalogue_api,
    catalogue_files,
    catalogue_staff,
    certificates,
    consultations,
    delegations,
    disclosure,
    edge,
    error_reports,
    feed_api,
    feed_grades,
    feed_questions,
    feed_returns,
    feed_staff,
    files,
    findings,
    letters,
    letters_staff,
    links,
    paper_check,
    papers,
    public,
    public_api,
    publications,
    punctuality,
    redactions,
    requests,
    requests_staff,
    search,
    sitemap,
    sites,
    staff,
)
from registry.kernel.access import Permission
from registry.kernel.part import Job, Navigation, Part
from registry.kernel.store import Base

_READERS = frozenset({"clerk", "head", "secrecy", "leader", "admin", "auditor"})

PART = Part(
    name="publicity",
    static=Path(__file__).parent / "web" / "static",
    translations=Path(__file__).parent / "web" / "translations",
    blueprints=(
        public.blueprint,
        public_api.blueprint,
        search.blueprint,
        search.programs,
        error_reports.blueprint,
        files.blueprint,
        atom.blueprint,
        alerts.blueprint,
        alarms.blueprint,
        batch.blueprint,
        sites.blueprint,
        catalogue.blueprint,
        catalogue_api.blueprint,
        catalogue_files.blueprint,
        catalogue_files.printed,
        catalogue_staff.blueprint,
        findings.blueprint,
        findings.api,
        papers.blueprint,
        paper_check.blueprint,
        certificates.blueprint,
        feed_api.blueprint,
        feed_staff.blueprint,
        feed_questions.blueprint,
        feed_returns.blueprint,
        feed_grades.blueprint,
        staff.blueprint,
        delegations.blueprint,
        redactions.blueprint,
        consultations.blueprint,
        bulk.blueprint,
        publications.blueprint,
        letters.blueprint,
        letters.programs,
        letters_staff.blueprint,
        links.blueprint,
        links.programs,
        sitemap.blueprint,
        requests.blueprint,
        requests.programs,
        requests_staff.blueprint,
        disclosure.blueprint,
        disclosure.api,
        archive.blueprint,
        punctuality.blueprint,
        punctuality.api,
    ),
    commands=(archive_command, certificate, feed, sync),
    permissions=(
        Permission("release.read", "查看公开流程和公示", _READERS),
        *PERMISSIONS,
        Permission(delegation.ARRANGE, "设立和结束代办", frozenset({"head", "leader", "admin"})),
        Permission(archive.READ, "查看档案", _READERS),
        Permission(EXPORT, "导出档案", frozenset({"clerk", "admin", "auditor"})),
        Permission(disclosure.READ, "查看公开属性", _READERS),
        Permission(disclosing.REVIEW_BY, "评估不主动公开的信息", frozenset({"head", "secrecy", "leader"})),
        Permission("notice.correct", "更正公示", frozenset({"head"})),
        Permission("notice.mark", "标注公示", frozenset({"clerk", "head"})),
        Permission("notice.withdraw", "撤下公示", frozenset({"leader"})),
        Permission(configure.READ, "查看归集渠道", _READERS),
        Permission(configure.OPERATE, "办理归集（暂停、重发）", frozenset({"clerk", "head", "admin"})),
        Permission(configure.CONFIGURE, "设置归集渠道", frozenset({"admin"})),
        Permission(graded.HAND_IN, "上报双公示月报", frozenset({"clerk", "head"})),
        Permission(alarm_recipients.READ, "查看告警", _READERS),
        Permission(alarm_recipients.CONFIGURE, "设置告警的接收人", frozenset({"admin"})),
        Permission(error_reports.READ, "查看公众报告的错误", frozenset({"clerk", "head", "auditor"})),
        Permission(handle.ANSWER, "答复公众报告的错误", frozenset({"clerk"})),
        *letter_states.PERMISSIONS,
        *request_states.PERMISSIONS,
        Permission(link_check.MEND, "修复本站断链", frozenset({"clerk", "admin"})),
        *catalogue_drafts.PERMISSIONS,
        Permission(site_register.REGISTER, "登记机构网站", frozenset({"clerk"})),
    ),
    navigation=(
        Navigation("公开流程", "release.index", "release.read", 500, "公开"),
        Navigation("代办", "delegations.index", "release.read", 505, "公开"),
        Navigation("公示", "release.notice_list", "release.read", 510, "公开"),
        Navigation("不主动公开的信息", "disclosure.index", disclosure.READ, 512, "公开"),
        Navigation("清单与目录", "catalogue_staff.index", catalogue_drafts.READ, 513, "公开"),
        Navigation("档案", "archive.index", archive.READ, 513, "公开"),
        Navigation("归集", "feed_staff.index", configure.READ, 515, "公开"),
        Navigation("告警", "alarms.index", alarm_recipients.READ, 518, "公开"),
        Navigation("公众报告的错误", "error_reports.index", error_reports.READ, 520, "公开"),
        Navigation("投诉举报", "letters_staff.index", letter_states.READ, 522, "公开"),
        Navigation("依申请公开", "requests_staff.index", request_states.READ, 524, "公开"),
        Navigation("机构网站", "sites.index", site_register.REGISTER, 530, "公开"),
    ),
    public_navigation=(
        Navigation("信用查询", "public.home", "", 10),
        Navigation("公示", "public.index", "", 20, "公示"),
        Navigation("双公示", "public.double", "", 22, "公示"),
        Navigation("双随机抽查结果", "findings.index", "", 24, "公示"),
        Navigation("撤下说明", "public.withdrawn", "", 28, "公示"),
        Navigation("清单与目录", "catalogue.index", "", 50, "政务公开"),
        Navigation("依申请公开", "requests.new", "", 52, "政务公开"),
        Navigation("公开及时率", "punctuality.page", "", 54, "政务公开"),
        Navigation("公开属性统计", "disclosure.counted", "", 56, "政务公开"),
        Navigation("本站链接检查", "links.index", "", 58, "政务公开"),
        Navigation("批量核验", "batch.form", "", 60, "互动服务"),
        Navigation("核验收到的文件", "paper_check.form", "", 62, "互动服务"),
        Navigation("投诉举报", "letters.new", "", 70, "互动服务"),
        Navigation("投诉举报办理结果", "letters.result_list", "", 72, "互动服务"),
    ),
    worklists=(
        *duties.WORKLISTS,
        *consulting.WORKLISTS,
        disclosures.WORKLIST,
        *feed_duties.WORKLISTS,
        reports.WORKLIST,
        *letter_duties.WORKLISTS,
        *request_duties.WORKLISTS,
        link_check.WORKLIST,
        catalogue_duties.WORKLIST,
    ),
    scopes={
        "feed:read": "读取归集数据",
        "feed:restricted": "读取归集数据中的证件号码",
        "feed:receipt": "提交归集回执",
    },
    acts={
        **{f"release.{step.name}": f"公开流程：{step.title}" for step in STEPS},
        "release.draft": "收取待公开事项",
        "release.intake": "收取进度",
        "disclosure.enter": "登记公开属性",
        "disclosure.propose": "提出公开属性",
        "disclosure.confirm": "审核确定公开属性",
        "disclosure.keep": "评估后维持不主动公开",
        "disclosure.open": "评估后转为主动公开",
        EXPORT: "导出档案",
        "release.send_back": "公开流程：退回",
        "release.stop": "公开流程：终止",
        "release.redraft": "公开流程：更正重拟",
        "release.channel": "公开流程：登记公开渠道",
        "release.consult": "公开流程：征求第三方意见",
        "release.consult.receive": "公开流程：登记送达第三方",
        "release.consult.answer": "公开流程：登记第三方意见",
        "release.consult.decide": "公开流程：征求意见后决定",
        "release.consult.tell": "公开流程：告知第三方",
        "release.redact": "公开流程：确认遮盖",
        "release.redact.add": "公开流程：补充遮盖",
        "release.redact.look": "公开流程：查找应遮盖的内容",
        delegation.ARRANGE: "设立代办",
        "release.delegate.end": "结束代办",
        "notice.publish": "公开公示",
        "notice.correct": "更正公示",
        "notice.mark": "标注公示",
        "notice.withdraw": "撤下公示",
        "notice.expire": "公示期满",
        "feed.receipt": "归集回执",
        "feed.channel.add": "添加归集渠道",
        "feed.channel.change": "更改归集渠道",
        "feed.channel.pause": "暂停归集渠道",
        "feed.channel.resume": "恢复归集渠道",
        "feed.queue": "列入归集",
        "feed.attempt": "发送归集信息",
        "feed.deliver": "归集结果",
        "feed.resend": "重新发送归集信息",
        "feed.question": "收取疑问数据",
        graded.HAND_IN: "上报双公示月报",
        "feed.compare": "与信用平台核对",
        "feed.reconcile": "与信用平台对账",
        "report.receive": "收到公众报告的错误",
        "report.answer": "答复公众报告的错误",
        **letter_states.ACTS,
        **request_states.ACTS,
        "links.check": "检查本站链接",
        **catalogue_drafts.ACTS,
        "alarm.open": "告警",
        "alarm.close": "告警解除",
        "alarm.recipient.add": "添加告警接收人",
        "alarm.recipient.end": "结束告警接收人",
        "alert.ask": "请求邮件提醒",
        "alert.confirm": "确认邮件提醒",
        "alert.change": "更改邮件提醒",
        "alert.end": "停止邮件提醒",
        "alert.tell": "发出邮件提醒",
        "alert.purge": "删除未确认的邮件提醒",
        "site.add": "登记机构网站",
        "site.end": "结束机构网站的登记",
        "report.purge": "删除满期的报告内容",
        penalties.ACT: "更新处罚存证映射",
    },
    jobs=(
        Job("intake", "收取待公开事项", intake.run, "* * * * *"),
        Job("disclosure", "登记公开属性", register.run, "* * * * *"),
        Job("map", "更新处罚存证映射（无处罚公示证明的依据）", penalties.run, "* * * * *"),
        Job("error-reports", "删除满期的报告内容", handle.purge, "40 3 * * *"),
        Job("power-uses", "归入权责清单的许可和处罚", uses.run, "* * * * *"),
        Job("requests", "删除满期的申请内容", request_handle.purge, "50 3 * * *"),
        Job("letters", "删除满期的投诉举报内容", letter_results.purge, "45 3 * * *"),
        Job("deliver", "向信用平台归集", deliver.run, "* * * * *"),
        Job("grades", "计算归集考核指标", measure.run, "10 * * * *"),
        Job("reconcile", "与信用平台对账", reconcile.run, "30 2 * * *"),
        Job("expire", "公示期满撤下，与登记簿核对", follow.nightly, "5 0 * * *"),
    ),
    jobs_with=lambda host: (
        links.job(host),
        Job(
            "alerts",
            "公示有更新时发出邮件提醒",
            partial(digest.run, site=alerts.site(host), mailing=host.settings.mail is not None),
            "* * * * *",
        ),
        Job(
            "alarms",
            "查看归集和系统是否正常，告警",
            partial(
                sound.run,
                watched=partial(alarms.watched, host),
                bureau=host.settings.bureau,
                public_url=host.settings.public_url,
            ),
            "* * * * *",
        ),
    ),
    closing=(disclosing.close, follow.close, checks.close),
    examinations=(verify.examine,),
    setup=edge.install,
    imports=IMPORTS,
    tables=tuple(table for table in Base.metadata.sorted_tables if table.name.startswith("pub_")),
)
