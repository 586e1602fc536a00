"""Staff pages of 疑问数据: what the platforms refuse, a platform's file handed in, the list as a spreadsheet."""

from flask import Blueprint, flash, render_template, request, url_for
from flask.typing import ResponseReturnValue

from publicity.feed import find as feed
from publicity.feed.configure import OPERATE, READ
from publicity.feed.questions import find, take
from publicity.feed.questions.find import Question
from publicity.feed.questions.take import Taken
from publicity.lookup.files import Table
from publicity.web.files import sent
from registry.kernel.access import current_actor, requires
from registry.kernel.clock import local_text
from registry.kernel.faults import Invalid
from registry.kernel.host import work
from registry.web.forms import faults_by_path

blueprint = Blueprint(
    "feed_questions", __name__, url_prefix="/staff/feed/questions", template_folder="templates"
)

PAGE = 50
_MOST = 5_000


@blueprint.get("")
@requires(READ)
def index() -> ResponseReturnValue:
    return _page({})


@blueprint.post("")
@requires(OPERATE)
def take_in() -> ResponseReturnValue:
    handed = request.files.get("file")
    try:
        if handed is None or not handed.filename:
            raise Invalid.field("file", "required", "请选择平台给出的疑问数据文件")
        content = handed.stream.read(take.LARGEST + 1)
        with work().write(current_actor()) as session:
            taken = take.take_in(
                session,
                session.actor,
                channel=request.form.get("channel", ""),
                content=content,
                name=handed.filename,
            )
    except Invalid as fault:
        named = fault if fault.fields else Invalid.field("file", fault.rule, fault.title)
        return _page(faults_by_path(named)), fault.status
    if taken.listed:
        flash(f"已有 {taken.listed} 行列入疑问数据。", "good")
    return _page({}, taken)


@blueprint.get("/list.xlsx")
@requires(READ)
def download() -> ResponseReturnValue:
    with work().read(current_actor()) as session:
        listed, more = find.listed(session, channel=request.args.get("channel") or None, limit=_MOST)
    headers = ("渠道", "公示编号", "序号", "类别", "文书号", "平台文件行号", "数据项", "归类", "平台代码", "平台说明", "起始时间", "天数", "发送次数")  # fmt: skip
    return sent(
        Table("questions", "疑问数据", headers, [_cells(one) for one in listed], more is not None), "xlsx"
    )


def _cells(one: Question) -> tuple[str | int | None, ...]:
    return (
        one.channel_name,
        one.record,
        str(one.position),
        one.kind_title,
        one.document_number,
        str(one.row) if one.row else None,
        "、".join(one.column_titles),
        one.reason_title,
        one.code,
        one.message,
        local_text(one.since),
        one.days,
        one.attempts,
    )


def _page(faults: dict[str, list[str]], taken: Taken | None = None) -> str:
    asked = request.values.get("channel") or None
    after = request.args.get("after", type=int)
    with work().read(current_actor()) as session:
        channels = [(one.public_id, one.name) for one in feed.channels(session)]
        channel = asked if asked in dict(channels) else None
        listed, following = find.listed(
            session, channel=channel, after=after if after and 0 < after < 2**53 else 0, limit=PAGE
        )
    return render_template(
        "publicity/feed_questions.html",
        questions=listed,
        channels=channels,
        channel=channel,
        next=url_for(".index", channel=channel, after=following) if following else None,
        taken=taken,
        why_not=take.WHY_NOT,
        faults=faults,
    )
