"""Who opens a channel, what it must be told to work, and what a person does about what it could not deliver."""

from collections.abc import Iterator

import pytest

from publicity.feed import configure
from registry.kernel.faults import Conflict, Invalid, Refused
from registry.kernel.host import Host
from registry.kernel.work import Work
from tests.publicity import office
from tests.publicity.platform import Platform
from tests.publicity.telling import channel, deliver_all, publish_one, states

one_database = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def platform() -> Iterator[Platform]:
    with Platform() as platform:
        yield platform


class TestByHand:
    @one_database
    def test_what_was_parked_is_sent_again_with_a_reason(self, work: Work, platform: Platform) -> None:
        public_id = channel(work, platform)
        notice = publish_one(work)
        platform.will("closed")
        deliver_all(work)
        with work.write(office.OFFICE) as session, pytest.raises(Invalid):
            configure.resend(session, office.OFFICE, channel=public_id, position=0, reason=" ")
        with work.write(office.OFFICE) as session:
            configure.resend(session, office.OFFICE, channel=public_id, position=0, reason="平台已放行")
        deliver_all(work)
        assert states(work, notice) == ["accepted"]
        with work.write(office.OFFICE) as session, pytest.raises(Conflict):
            configure.resend(session, office.OFFICE, channel=public_id, position=0, reason="再来一次")

    @one_database
    def test_only_who_may_opens_a_channel(self, host: Host, work: Work, platform: Platform) -> None:
        clerk = office.person(host.permissions, "clerk")
        wanted = configure.Wanted(name="市信用平台", kind="json")
        with work.write(clerk) as session, pytest.raises(Refused):
            configure.add(session, clerk, wanted=wanted)
        auditor = office.person(host.permissions, "auditor")
        public_id = channel(work, platform)
        with work.write(auditor) as session, pytest.raises(Refused):
            configure.pause(session, auditor, channel=public_id)

    @one_database
    @pytest.mark.parametrize(
        ("field", "given", "path"),
        [
            ("name", "", "name"),
            ("kind", "telegraph", "kind"),
            ("layout", "2015", "layout"),
            ("kinds", (), "kinds"),
            ("columns", ("XX",), "columns"),
            ("secret", "", "secret"),
            ("secret", "whsec_kurz", "secret"),
            ("settings", {}, "settings.url"),
            ("settings", {"url": "http://platform.example/"}, "settings.url"),
            ("settings", {"url": "https://user:word@platform.example/"}, "settings.url"),
            ("settings", {"url": "https://platform.example/", "timeout": "0"}, "settings.timeout"),
            ("client", "a" * 16, "client"),
            ("start", "yesterday", "start"),
        ],
    )
    def test_a_channel_that_cannot_work_is_refused_by_field(
        self, work: Work, platform: Platform, field: str, given: object, path: str
    ) -> None:
        with pytest.raises(Invalid) as refused:
            channel(work, platform, **{field: given})
        assert path in [fault.path for fault in refused.value.fields]
