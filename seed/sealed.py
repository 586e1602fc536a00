"""The demo city's sealed draws: one that opened by itself after its last visit, and one that is still closed."""

from datetime import date, timedelta

from inspection.ceremony import announce, conduct, deposits
from inspection.ceremony.sealed_announce import announce_sealed
from inspection.draw.chance import commitment
from inspection.visits import assign, findings, opening
from inspection.visits import find as visits
from seed import annual
from seed.office import SEED, Office, at

PARTIES = ("witness", "witness2")


def opened(office: Office, day: date) -> None:
    """A sealed draw whose visits were all made within the week, and which opened with the last of them."""
    with office.work.write(office.actors["auditor"]) as session:
        deposits.make_key(session, session.actor)
    draw = _drawn(office, day, "不预先通知检查", deadline=day + timedelta(days=30))
    office.clock.set(at(day + timedelta(days=5), 16))
    with office.work.read(SEED) as session:
        listed, _ = visits.worklist(session, states=["assigned"], limit=1000)
    for visit in listed:
        if visit.draw == draw:
            with office.work.write(SEED) as session:
                findings.note_finding(
                    session,
                    SEED,
                    visit=visit.public_id,
                    visited_on=session.today,
                    codes=["1"],
                    measure="none",
                    note="未预先通知，当场出示抽中证明后检查。",
                )
    opening.settle(office.work)


def closed(office: Office, day: date) -> None:
    """A sealed draw whose visits are still being made."""
    _drawn(office, day, "举报线索较集中的基层法律服务所不预先通知检查", deadline=day + timedelta(days=45))


def _drawn(office: Office, day: date, title: str, *, deadline: date) -> str:
    office.clock.set(at(day, 9))
    number = "MF2" if "举报" in title else "MF1"
    task = annual.task(office, code=f"{day.year}-{number}", title=title, matter="JC-01", deadline=deadline)
    plan = [{"kind": "reveal", "by": by} for by in PARTIES] + [{"kind": "dice", "by": "witness"}]
    with office.work.write(office.actors["draw"]) as session:
        announced = announce_sealed(
            session,
            session.actor,
            task=task,
            plan=plan,
            ground="complaint" if number == "MF2" else "unannounced",
            depositary="auditor",
        )
        draw = announced.public_id
    values = {by: _sealed(office, draw, by) for by in PARTIES}
    with office.work.write(office.actors["draw"]) as session:
        conduct.freeze(session, session.actor, draw_id=draw)
        conduct.commit(session, session.actor, draw_id=draw)
    for position, (by, (value, nonce)) in enumerate(values.items()):
        with office.work.write(office.actors[by]) as session:
            conduct.supply(session, session.actor, draw_id=draw, position=position, value=value, nonce=nonce)
    with office.work.write(office.actors["witness"]) as session:
        dice = "".join(str(byte % 10) for byte in session.random(24))
        conduct.supply(session, session.actor, draw_id=draw, position=len(PARTIES), value=dice)
    assign.draw_now(office.work, office.actors["draw"], draw_id=draw)
    return draw


def _sealed(office: Office, draw: str, by: str) -> tuple[str, str]:
    """A party chooses a value and a nonce, and hands its commitment over."""
    with office.work.write(office.actors[by]) as session:
        value, nonce = session.random(32).hex(), session.random(16).hex()
        told = commitment(draw, by, nonce=nonce, value=value)
        announce.hand_over(session, session.actor, draw_id=draw, commitment=told)
    return value, nonce
