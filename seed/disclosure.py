"""The attributes of the demo city's facts: one is proposed to be kept from the public, one was assessed and stays."""

from sqlalchemy import select

from publicity.disclosure import decide, find, register
from publicity.release.tables import Release
from seed.office import Office


def decided(office: Office) -> None:
    register.run(office.work)
    with office.work.read() as session:
        waiting = session.scalars(
            select(Release).where(Release.state == "drafted").order_by(Release.id.desc()).limit(1)
        ).first()
        entries, _ = find.listed(session, find.Asked(attribute="request"), after=None, limit=1)
    if waiting is not None:
        with office.work.write(office.actors["clerk"]) as session:
            decide.propose(
                session,
                session.actor,
                release=waiting.public_id,
                revision=waiting.revision,
                ground="privacy",
                reason="决定书正文涉及当事人的健康情况，分开处理后仍能识别本人。",
            )
    if entries:
        with office.work.write(office.actors["head"]) as session:
            decide.keep(
                session,
                session.actor,
                entries=[entries[0].public_id],
                ground="",
                reason="评估后情况没有变化，仍按申请提供。",
            )
