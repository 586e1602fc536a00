"""Notices without their six steps, and channels that tell of them: what the tests of delivery begin with."""

from dataclasses import replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import select

from publicity.feed import configure, deliver
from publicity.feed.channel_tables import ChannelRow, DeliveryRow
from publicity.feed.configure import Wanted
from publicity.notices import end, publish
from publicity.notices.content import public_body
from publicity.notices.publish import Version
from publicity.notices.tables import Notice
from registry.kernel.clock import SHANGHAI
from registry.kernel.work import Work, WorkSession
from tests.publicity import office
from tests.publicity.platform import SECRET, Platform

NOON = datetime(2026, 11, 20, 12, tzinfo=SHANGHAI)
BUREAU_CODE = "11310000MB00000009"


def penalty_columns(number: int) -> dict[str, str]:
    return {
        "CF_XDR_MC": "上海明理律师事务所", "CF_XDR_LB": "法人及非法人组织", "CF_XDR_SHXYM": office.FIRM_CODE, "CF_FRDB": "周正",
        "CF_WSH": f"沪司罚决字〔2026〕第{number}号", "CF_WFXW": "私自收费", "CF_SY": "私自收取费用。",
        "CF_YJ": "律师法第五十条第一款第（一）项", "CF_CFLB": "罚款", "CF_NR": "罚款二万元", "CF_NR_FK": "2.000000",
        "CF_JDRQ": "2026-11-12", "CF_YXQ": "2027-11-12", "CF_CFJG": office.BUREAU, "CF_CFJGDM": BUREAU_CODE,
        "CF_SJLY": office.BUREAU, "CF_SJLYDM": BUREAU_CODE,
    }  # fmt: skip


def published(session: WorkSession, number: int) -> str:
    """A penalty on the firm in public, and its notice's id."""
    body = public_body(
        kind="penalty",
        title=f"行政处罚决定 沪司罚决字〔2026〕第{number}号",
        subject={"type": "organisation", "name": "上海明理律师事务所", "uscc": office.FIRM_CODE},
        columns=penalty_columns(number),
        detail={},
        decided_on=date(2026, 11, 12),
        until=date(2027, 11, 12),
    )
    notice = Notice(
        public_id=session.new_id(),
        kind="penalty",
        state="current",
        until=date(2027, 11, 12),
        version=0,
        published_at=session.now,
    )
    session.add(notice)
    session.act("notice.publish", notice.public_id)
    restricted = {"columns": {"CF_FR_ZJLX": "身份证", "CF_FR_ZJHM": office.HEAD_ID}}
    publish.append(session, [Version(notice, "publish", body, restricted)])
    return notice.public_id


def publish_one(work: Work, number: int = 1) -> str:
    with work.write(office.OFFICE) as session:
        return published(session, number)


def correct(work: Work, notice: str, text: str = "罚款二万元整") -> None:
    with work.write(office.OFFICE) as session:
        publish.correct(session, office.OFFICE, notice=notice, columns={"CF_NR": text})


def withdraw(work: Work, notice: str) -> None:
    with work.write(office.OFFICE) as session:
        end.withdraw(session, office.OFFICE, notice=notice, ground="mistaken")


def channel(work: Work, platform: Platform, **options: Any) -> str:
    """An open channel to the stand-in that can be asked what it has; returns its public id."""
    settings = {"url": f"{platform.url}/notices", "query": f"{platform.url}/query", "timeout": "1"}
    wanted = Wanted(name="市信用平台", kind="json", settings=settings, secret=SECRET, kinds=("penalty",))
    with work.write(office.OFFICE) as session:
        row = configure.add(session, office.OFFICE, wanted=replace(wanted, **options))
        configure.resume(session, office.OFFICE, channel=row.public_id)
        return row.public_id


def deliver_all(work: Work) -> dict[str, int]:
    return dict(deliver.run(work))


def states(work: Work, notice: str) -> list[str]:
    """The states of the record's versions on all channels, in order."""
    with work.read() as session:
        found = select(DeliveryRow.state).where(DeliveryRow.record == notice)
        return list(session.scalars(found.order_by(DeliveryRow.position)))


def rows(work: Work) -> list[DeliveryRow]:
    with work.read() as session:
        return list(session.scalars(select(DeliveryRow).order_by(DeliveryRow.position)))


def channel_row(work: Work) -> ChannelRow:
    with work.read() as session:
        return session.scalars(select(ChannelRow)).one()
