"""An event is corrected in the registry: its draft goes round again, its notice follows when a second person has looked."""

from datetime import date

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from publicity.notices import amend, follow
from publicity.notices.find import Shown, Tombstone, notice
from publicity.release import decide
from publicity.release.tables import Release
from registry.credit.columns import SCOPES
from registry.kernel.access import Actor
from registry.kernel.faults import Conflict, Refused
from registry.kernel.host import Host
from tests.publicity import office
from tests.publicity.conftest import Bearer

CLERK, _correct = office.CORRECTOR, office.correct


def _amend(host: Host, actor: Actor, public_id: str) -> None:
    with host.work.write(actor) as session:
        amend.amend(session, actor, notice=public_id)


def _shown(host: Host, public_id: str) -> Shown | Tombstone:
    with host.work.read() as session:
        return notice(session, public_id)


def test_the_notice_says_what_the_record_says_now_once_the_head_has_looked(
    host: Host, client: FlaskClient, bearer: Bearer
) -> None:
    """政府信息公开条例第四十一条。Two pairs of eyes on whatever becomes public."""
    event = office.penalty(host.work, office.enrol(host.work))
    public_id = office.publicise(host, event)
    _correct(host, event, columns={"CF_NR": "罚款一万元", "CF_NR_FK": "1.000000"}, summary="罚款一万元")
    assert "罚款二万元" in client.get(f"/notices/{public_id}").text, "not on the word of one"

    with host.work.read() as session:
        [duty] = amend.waiting(session, 10)
        assert (duty.values, str(duty.due)) == ({"public_id": public_id}, "2026-11-27")
        assert duty.barred == {CLERK.id}
        told = amend.pending_of(session, public_id)
        assert {change.title for one in told.corrections for change in one.changes} >= {"处罚内容"}
    mighty = Actor("staff", CLERK.id, "经办人", frozenset({"notice.correct"}))
    with pytest.raises(Refused) as refused:
        _amend(host, mighty, public_id)
    assert refused.value.rule == "four_eyes"

    head = office.person(host.permissions, "head")
    _amend(host, head, public_id)
    shown = _shown(host, public_id)
    assert isinstance(shown, Shown)
    assert (shown.columns["CF_NR"], shown.columns["CF_NR_FK"]) == ("罚款一万元", "1.000000")
    assert shown.columns["CF_WSH"] == "沪司罚决字〔2026〕第7号", "the rest stays"
    assert [version.action for version in shown.versions] == ["publish", "correct"]
    with pytest.raises(Conflict) as again:
        _amend(host, head, public_id)
    assert again.value.rule == "same"
    with host.work.read() as session:
        assert amend.waiting(session, 10) == []
    entries = client.get("/feed/v1/entries", headers=bearer("feed:read", "feed:restricted")).get_json()[
        "entries"
    ]
    assert entries[1]["body"]["columns"]["CF_NR"] == "罚款一万元"
    assert entries[1]["restricted"] == entries[0]["restricted"]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_nobody_who_made_one_of_the_corrections_lets_them_through(host: Host) -> None:
    event = office.penalty(host.work, office.enrol(host.work))
    public_id = office.publicise(host, event)
    _correct(host, event, columns={"CF_NR": "罚款一万元"}, summary="罚款一万元")
    second = Actor("staff", "d" * 16, "另一经办人", CLERK.permissions)
    _correct(host, event, second, columns={"CF_WFXW": "违规收费"})
    with host.work.read() as session:
        assert amend.pending_of(session, public_id).recorded_by == {CLERK.id, second.id}
        assert amend.waiting(session, 10)[0].barred == {CLERK.id, second.id}
    for one in (CLERK, second):
        with pytest.raises(Refused) as refused:
            _amend(host, Actor("staff", one.id, one.name, frozenset({"notice.correct"})), public_id)
        assert refused.value.rule == "four_eyes"
    _amend(host, office.person(host.permissions, "head"), public_id)
    # What the notice has taken in bars nobody from the next correction.
    _correct(host, event, second, columns={"CF_WFXW": "私自收费"})
    with host.work.read() as session:
        assert amend.waiting(session, 10)[0].barred == {second.id}


def test_a_term_that_a_correction_shortens_shortens_the_notice(host: Host) -> None:
    event = office.penalty(host.work, office.enrol(host.work), severity="严重")
    public_id = office.publicise(host, event)
    _correct(host, event, severity="一般")
    _amend(host, office.person(host.permissions, "head"), public_id)
    shown = _shown(host, public_id)
    assert isinstance(shown, Shown)
    assert shown.until == date(2027, 11, 12)
    assert shown.columns["CF_GSJZQ"] == "2027-11-12"


def test_what_a_correction_makes_internal_is_withdrawn_at_once(host: Host, client: FlaskClient) -> None:
    event = office.penalty(host.work, office.enrol(host.work))
    public_id = office.publicise(host, event)
    _correct(host, event, scope=SCOPES[1])
    assert "公示有误" in client.get(f"/notices/{public_id}").text
    assert client.get(f"/notices/{public_id}").status_code == 410


def test_whoever_corrects_what_was_sent_back_proposes_it_again_and_it_becomes_public(host: Host) -> None:
    """Their correction is part of the proposal: it keeps them from every review, and from nothing else."""
    event = office.penalty(host.work, office.enrol(host.work))
    release = office.release_of(host.work, event)
    people = office.team(host)
    clerk = Actor(
        "staff", "clerk", "经办人", frozenset({"release.propose", "release.publish", "credit.correct"})
    )
    office.take(host.work, clerk, "propose", release)
    with host.work.write(people["head"]) as session:
        decide.send_back(session, people["head"], release=release, revision=2, reason="金额有误")
    _correct(host, event, clerk, columns={"CF_NR": "罚款一万元"}, summary="罚款一万元")
    office.take(host.work, clerk, "propose", release)
    for step, name in office.SIX[1:4]:
        office.take(host.work, people[name], step, release)
    with pytest.raises(Refused) as refused:
        office.take(host.work, clerk, "publish", release)
    assert refused.value.rule == "four_eyes"
    office.take(host.work, people["clerk2"], "publish", release)


def test_a_draft_under_review_is_made_anew_and_goes_round_again(host: Host) -> None:
    event = office.penalty(host.work, office.enrol(host.work))
    release = office.release_of(host.work, event)
    people = office.team(host)
    for step, name in office.SIX[:4]:
        office.take(host.work, people[name], step, release)
    _correct(host, event, columns={"CF_NR": "罚款一万元"}, summary="罚款一万元")
    with host.work.read() as session:
        row = session.scalars(select(Release)).one()
        assert (row.state, row.revision) == ("drafted", 7)
        assert row.columns is not None
        assert row.columns["CF_NR"] == "罚款一万元"
        assert row.steps[-1].step == "redraft"
    public_id = office.publicise(host, event)
    shown = _shown(host, public_id)
    assert isinstance(shown, Shown)
    assert shown.columns["CF_NR"] == "罚款一万元"
    with host.work.read() as session:
        assert amend.waiting(session, 10) == []
    assert follow.nightly(host.work)["settled"] == 0
