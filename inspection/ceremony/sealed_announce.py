"""A draw is announced as sealed: why, with whom its closed values are deposited, until when (specification section 9.1)."""

from collections.abc import Mapping, Sequence

from inspection.ceremony import announce, deposits
from inspection.ceremony.sealed import GROUNDS, Seal, seals
from inspection.ceremony.sealed_tables import SealRow
from inspection.ceremony.tables import AnnouncementRow
from registry.accounts.staff import Staff, everybody
from registry.kernel.access import Actor
from registry.kernel.faults import Conflict, Invalid
from registry.kernel.work import WorkSession

SEAL = "draw.seal"
CLOSED_PARTIES = 2


def announce_sealed(
    session: WorkSession,
    actor: Actor,
    *,
    task: str,
    plan: Sequence[Mapping[str, str]],
    ground: str,
    depositary: str,
    supersedes: str | None = None,
) -> AnnouncementRow:
    """As `announce.announce`; the reveals of the plan come first and stay closed. `depositary` is the user name of an
    auditor who has made a key.

    Two parties at least seal a value: whoever knows all closed values knows the outcome once the dice have fallen, and
    one party alone would. Raises Invalid naming the field, Conflict when the last day of the visits is over.
    """
    actor.require(SEAL)
    if ground not in GROUNDS:
        raise Invalid.field("seal_ground", "unknown_ground", "请选择不预先通知的理由")
    if sum(item["kind"] == "reveal" for item in plan) < CLOSED_PARTIES:
        raise Invalid.field(
            "reveal", "two_closed", "密封抽取须由两名以上见证人各自封存随机数，任何一人都不能先知道结果"
        )
    parties = {item["by"] for item in plan}
    able = {one.username for one in depositaries(session) if one.public_id != actor.id}
    if depositary not in able - parties:
        raise Invalid.field(
            "depositary", "not_a_depositary", "保管人须是在职的审计人员，且不提供随机源、不主持抽取"
        )
    if deposits.key_of(session, depositary) is None:
        raise Invalid.field("depositary", "no_deposit_key", "保管人还没有生成保管密钥，请先请其登录生成")
    reveals_first = sorted(plan, key=lambda item: item["kind"] != "reveal")
    row = announce.announce(session, actor, task=task, plan=reveals_first, supersedes=supersedes)
    if row.task.deadline < session.today:
        raise Conflict("检查完成时限已过，不能再密封", rule="past_deadline")
    session.add(
        SealRow(
            draw=row.public_id,
            ground=ground,
            depositary=depositary,
            opens_after=row.task.deadline,
            record=None,
        )
    )
    session.act("draw.seal", row.public_id, ground=ground, depositary=depositary)
    return row


def announced_seal(session: WorkSession, task: str) -> Seal | None:
    """The seal of the open announcement of the task with public id `task`; None where it is not sealed."""
    open_one = announce.announced(session, task)
    if open_one is None:
        return None
    return seals(session, [open_one.public_id], on=session.today).get(open_one.public_id)


def depositaries(session: WorkSession) -> list[Staff]:
    """Who may hold deposits: auditors, who neither draw nor inspect."""
    return [one for one in everybody(session) if one.ended_at is None and "auditor" in one.roles]
