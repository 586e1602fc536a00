"""The city's platform is told everything once, in order, however it behaves."""

from collections.abc import Iterator
from datetime import timedelta
from random import Random

import pytest

from publicity.feed import configure
from publicity.feed.configure import PUBLIC_COLUMNS
from registry.kernel.clock import SetClock
from registry.kernel.faults import Invalid
from registry.kernel.work import Work
from tests.publicity import office, telling
from tests.publicity.platform import Platform
from tests.publicity.telling import channel, correct, deliver_all, publish_one, states, withdraw

one_database = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
HOUR = timedelta(hours=1)


@pytest.fixture
def platform() -> Iterator[Platform]:
    with Platform() as platform:
        yield platform


class TestWhatIsSent:
    @one_database
    def test_a_notice_arrives_signed_in_its_versions_and_goes_with_its_end(
        self, work: Work, platform: Platform
    ) -> None:
        channel(work, platform)
        notice = publish_one(work)
        assert deliver_all(work) == {"accepted": 1}
        version, told = platform.rows[notice]
        assert (version, told["columns"]["CF_NR"], told["marks"]) == (1, "罚款二万元", [])
        correct(work, notice)
        deliver_all(work)
        assert platform.rows[notice][1]["columns"]["CF_NR"] == "罚款二万元整"
        withdraw(work, notice)
        deliver_all(work)
        assert platform.rows == {}
        assert states(work, notice) == ["accepted"] * 3
        assert [message["type"] for message in platform.received] == [
            "notice.publish",
            "notice.correct",
            "notice.withdraw",
        ]
        assert set(platform.received[2]["data"]) == {"index", "record", "version", "action", "ground", "date"}
        assert deliver_all(work) == {}

    @one_database
    def test_a_channel_gets_its_columns_and_identity_papers_only_where_it_is_entitled(
        self, work: Work, platform: Platform
    ) -> None:
        channel(work, platform, name="公开", columns=("CF_WSH", "CF_NR"))
        channel(work, platform, name="政务", columns=(*PUBLIC_COLUMNS, "CF_FR_ZJHM"), entitled=True)
        publish_one(work)
        deliver_all(work)
        narrow, wide = (message["data"]["columns"] for message in platform.received)
        assert set(narrow) == {"CF_WSH", "CF_NR"}
        assert (wide["CF_FR_ZJHM"], "CF_FR_ZJLX" in wide) == (office.HEAD_ID, False)
        with pytest.raises(Invalid) as refused:
            channel(work, platform, name="越权", columns=("CF_FR_ZJHM",))
        assert ("columns", "not_entitled") in [(fault.path, fault.rule) for fault in refused.value.fields]

    @one_database
    def test_other_kinds_and_draws_are_passed_over_and_a_new_channel_may_begin_at_the_head(
        self, work: Work, platform: Platform
    ) -> None:
        publish_one(work)
        channel(work, platform, name="许可", kinds=("permit",))
        channel(work, platform, name="从今", start="head")
        assert deliver_all(work) == {}
        later = publish_one(work, 2)
        assert deliver_all(work) == {"accepted": 1}
        assert list(platform.rows) == [later]


BEHAVIOUR = [
    # what the platform does, the state that this leads to, the state after it behaves again
    ("refuse", "rejected", "rejected"),
    ("closed", "parked", "parked"),
    ("later", "waiting", "accepted"),
    ("busy", "waiting", "accepted"),
    ("stumble", "waiting", "accepted"),
    ("lost", "waiting", "accepted"),
    ("drop", "waiting", "accepted"),
    ("fault", "waiting", "accepted"),
    ("slow", "waiting", "accepted"),
    ("garbage", "sent", "sent"),
    ("receipt", "sent", "sent"),
]


class TestHowItBehaves:
    @pytest.mark.parametrize(("mood", "first", "afterwards"), BEHAVIOUR)
    @one_database
    def test_whatever_it_does_it_has_the_notice_once(
        self, work: Work, clock: SetClock, platform: Platform, mood: str, first: str, afterwards: str
    ) -> None:
        channel(work, platform)
        notice = publish_one(work)
        platform.will(mood)
        deliver_all(work)
        assert states(work, notice) == [first]
        clock.advance(HOUR)
        deliver_all(work)
        assert states(work, notice) == [afterwards]
        assert len(platform.keys) == 1, "every attempt carries the same key"
        assert list(platform.rows) == ([notice] if afterwards == "accepted" else [])

    @one_database
    def test_what_came_there_after_all_is_looked_up_and_not_sent_again(
        self, work: Work, clock: SetClock, platform: Platform
    ) -> None:
        channel(work, platform)
        publish_one(work)
        platform.will("drop")
        deliver_all(work)
        clock.advance(HOUR)
        assert deliver_all(work) == {"accepted": 1}
        assert len(platform.received) == 1
        assert telling.rows(work)[0].code == "found"

    @one_database
    def test_a_platform_that_cannot_be_asked_is_sent_the_same_key_again(
        self, work: Work, clock: SetClock, platform: Platform
    ) -> None:
        settings = {"url": f"{platform.url}/notices", "timeout": "1"}
        channel(work, platform, settings=settings)
        notice = publish_one(work)
        platform.will("drop")
        deliver_all(work)
        clock.advance(HOUR)
        deliver_all(work)
        assert list(platform.keys.values()) == [2]
        assert list(platform.applied.values()) == [1]
        assert states(work, notice) == ["accepted"]

    @one_database
    def test_it_waits_as_long_as_it_is_asked_to_and_longer_each_time(
        self, work: Work, clock: SetClock, platform: Platform
    ) -> None:
        channel(work, platform)
        publish_one(work)
        platform.will("busy", "later", "later", "later")
        pauses = []
        for _ in range(4):
            deliver_all(work)
            row = telling.rows(work)[0]
            assert row.not_before is not None
            pauses.append((row.not_before - clock.now()).total_seconds())
            clock.set(row.not_before - timedelta(seconds=1))
            assert deliver_all(work) == {}, "not a second earlier"
            clock.advance(timedelta(seconds=1))
        assert pauses == [90, 60, 120, 240]
        assert deliver_all(work) == {"accepted": 1}

    @one_database
    def test_nobody_there_is_tried_a_few_times_not_for_every_notice(
        self, work: Work, clock: SetClock
    ) -> None:
        with Platform() as platform:
            channel(work, platform)
        for number in range(10):
            publish_one(work, number)
        assert deliver_all(work) == {"waiting": 10}
        assert sorted(row.attempts for row in telling.rows(work)) == [0] * 7 + [1] * 3

    @one_database
    def test_no_record_waits_for_another(self, work: Work, platform: Platform) -> None:
        channel(work, platform)
        stuck, refused, fine = (publish_one(work, number) for number in range(3))
        platform.will("later", "refuse")
        deliver_all(work)
        assert [states(work, notice) for notice in (stuck, refused, fine)] == [
            ["waiting"],
            ["rejected"],
            ["accepted"],
        ]


class TestOrder:
    @one_database
    def test_versions_of_a_record_go_one_after_another(
        self, work: Work, clock: SetClock, platform: Platform
    ) -> None:
        channel(work, platform)
        notice = publish_one(work)
        correct(work, notice, "一")
        correct(work, notice, "二")
        platform.will("later")
        deliver_all(work)
        assert states(work, notice) == ["waiting"] * 3
        clock.advance(HOUR)
        deliver_all(work)
        assert [message["data"]["version"] for message in platform.received] == [1, 1, 2, 3]
        assert platform.versions() == {notice: 3}

    @one_database
    def test_an_end_takes_the_place_of_what_was_not_sent_and_nothing_was_ever_there(
        self, work: Work, platform: Platform
    ) -> None:
        public_id = channel(work, platform)
        with work.write(office.OFFICE) as session:
            configure.pause(session, office.OFFICE, channel=public_id)
        notice = publish_one(work)
        correct(work, notice)
        withdraw(work, notice)
        with work.write(office.OFFICE) as session:
            configure.resume(session, office.OFFICE, channel=public_id)
        deliver_all(work)
        assert platform.received == []
        assert states(work, notice) == ["superseded"] * 3

    @one_database
    def test_an_end_goes_before_everything_else(
        self, work: Work, clock: SetClock, platform: Platform
    ) -> None:
        channel(work, platform)
        notice = publish_one(work)
        deliver_all(work)
        others = [publish_one(work, number) for number in range(2, 6)]
        withdraw(work, notice)
        platform.received.clear()
        deliver_all(work)
        assert [message["data"]["record"] for message in platform.received] == [notice, *others]

    @one_database
    def test_a_correction_takes_the_place_of_what_the_platform_refused(
        self, work: Work, platform: Platform
    ) -> None:
        channel(work, platform)
        notice = publish_one(work)
        platform.will("refuse")
        deliver_all(work)
        correct(work, notice)
        deliver_all(work)
        assert states(work, notice) == ["superseded", "accepted"]
        assert platform.versions() == {notice: 2}

    def test_it_commits_and_drops_the_line_with_a_parked_publication_and_a_later_withdrawal(
        self, work: Work, clock: SetClock, platform: Platform
    ) -> None:
        """One row there, then none: what was parked may be there all the same, so its end is told."""
        channel(work, platform, settings={"url": f"{platform.url}/notices", "timeout": "1"})
        notice = publish_one(work)
        platform.will("drop", "closed")
        deliver_all(work)
        clock.advance(HOUR)
        deliver_all(work)
        assert states(work, notice) == ["parked"]
        assert platform.versions() == {notice: 1}
        withdraw(work, notice)
        clock.advance(HOUR)
        deliver_all(work)
        assert states(work, notice) == ["superseded", "accepted"]
        assert platform.versions() == {}

    @one_database
    def test_an_end_waits_until_what_is_under_way_has_arrived(
        self, work: Work, clock: SetClock, platform: Platform
    ) -> None:
        """The outcome of the publication is open when the withdrawal is queued; the end does not overtake it."""
        channel(work, platform)
        notice = publish_one(work)
        platform.will("slow")
        deliver_all(work)
        withdraw(work, notice)
        assert deliver_all(work) == {}
        assert states(work, notice) == ["superseded", "waiting"]
        clock.advance(timedelta(minutes=2))
        assert deliver_all(work) == {"accepted": 1}
        assert platform.versions() == {}

    @one_database
    def test_after_its_last_day_nothing_of_a_notice_is_sent(
        self, work: Work, clock: SetClock, platform: Platform
    ) -> None:
        channel(work, platform)
        notice = publish_one(work)
        clock.advance(timedelta(days=800))
        deliver_all(work)
        assert (states(work, notice), platform.received) == (["superseded"], [])


@one_database
@pytest.mark.parametrize("seed", range(6))
def test_after_any_history_and_any_behaviour_it_shows_what_is_public(
    work: Work, clock: SetClock, platform: Platform, seed: int
) -> None:
    """By lot: notices come, change and end while the platform does whatever it likes; then it behaves, and time passes."""
    lot = Random(seed)
    channel(work, platform)
    live: list[str] = []
    moods = ["", "", "later", "busy", "stumble", "lost", "drop", "fault", "closed", "refuse"]
    for number in range(40):
        act = lot.choice(["publish", "correct", "withdraw", "deliver", "deliver", "wait"])
        if act == "publish":
            live.append(publish_one(work, number))
        elif act == "correct" and live:
            correct(work, lot.choice(live), f"第{number}次")
        elif act == "withdraw" and live:
            withdraw(work, live.pop(lot.randrange(len(live))))
        elif act == "wait":
            clock.advance(timedelta(minutes=lot.choice([1, 10, 90])))
        elif act == "deliver":
            platform.will(*lot.choices(moods, k=3))
            deliver_all(work)
    platform.moods.clear()
    for _ in range(6):
        resend_questioned(work)
        clock.advance(3 * HOUR)
        deliver_all(work)
    latest = {notice: _version(work, notice) for notice in live}
    assert platform.versions() == latest
    assert {row.state for row in telling.rows(work)} <= {"accepted", "superseded"}


def resend_questioned(work: Work) -> None:
    public_id = telling.channel_row(work).public_id
    for row in telling.rows(work):
        if row.state in ("parked", "rejected"):
            with work.write(office.OFFICE) as session:
                configure.resend(
                    session, office.OFFICE, channel=public_id, position=row.position, reason="再试"
                )


def _version(work: Work, notice: str) -> int:
    return max(row.version for row in telling.rows(work) if row.record == notice)
