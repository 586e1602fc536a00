"""Who looks after the feed sees at a glance what stands where, and has a hand on the tap."""

from collections.abc import Callable, Iterator

import pytest

from publicity.feed.configure import PUBLIC_COLUMNS
from registry.kernel import metrics
from registry.kernel.host import Host
from registry.kernel.work import Work
from tests.people import Person
from tests.publicity import telling
from tests.publicity.platform import SECRET, Platform
from tests.publicity.telling import channel, channel_row, deliver_all, publish_one

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def platform() -> Iterator[Platform]:
    with Platform() as platform:
        yield platform


def test_an_administrator_adds_a_channel_and_opens_it(
    work: Work, sign_in: Callable[..., Person], platform: Platform
) -> None:
    admin = sign_in("admin")
    assert "还没有归集渠道" in admin.get("/staff/feed").text
    assert "JSON 接口" in admin.get("/staff/feed/channels/new").text
    form = admin.get("/staff/feed/channels/new?kind=json").text
    assert "签名密钥" in form
    fields = {
        "kind": "json", "name": "市信用平台", "layout": "2018", "settings.url": f"{platform.url}/notices",
        "secret": SECRET, "kinds": ["penalty"], "columns": list(PUBLIC_COLUMNS), "start": "all",
    }  # fmt: skip
    added = admin.post("/staff/feed/channels/new", **fields)
    assert added.status_code == 303, added.text
    page = admin.get(added.location).text
    assert "渠道已暂停" in page
    publish_one(work)
    assert deliver_all(work) == {}, "a paused channel sends nothing"
    assert admin.post(f"{added.location}/resume").status_code == 303
    assert deliver_all(work) == {"accepted": 1}
    assert "已入库" in admin.get(added.location).text
    changed = admin.post(f"{added.location}/settings", **{**fields, "name": "市平台", "secret": ""})
    assert changed.status_code == 303, changed.text
    assert (channel_row(work).name, SECRET in admin.get(f"{added.location}/settings").text) == (
        "市平台",
        False,
    )
    publish_one(work, 2)
    assert deliver_all(work) == {"accepted": 1}, "the secret that was not typed again is kept"


def test_a_form_with_faults_comes_back_filled_in(sign_in: Callable[..., Person]) -> None:
    admin = sign_in("admin")
    wrong = {
        "kind": "json", "name": "市平台", "layout": "2018", "settings.url": "http://platform.example/",
        "secret": "kurz", "kinds": ["penalty"], "columns": ["CF_WSH"], "restricted": ["CF_FR_ZJHM"],
    }  # fmt: skip
    refused = admin.post("/staff/feed/channels/new", **wrong)
    assert refused.status_code == 422
    for message in ("须用 https", "应为 whsec_", "证件号码只能给依法可以取得的平台"):
        assert message in refused.text
    assert 'value="http://platform.example/"' in refused.text
    assert "kurz" not in refused.text


def test_what_the_platform_doubts_is_on_the_clerks_work_list_until_it_is_settled(
    work: Work, sign_in: Callable[..., Person], platform: Platform
) -> None:
    public_id = channel(work, platform)
    notice = publish_one(work)
    platform.will("refuse", "closed")
    deliver_all(work)
    publish_one(work, 2)
    deliver_all(work)
    clerk = sign_in("clerk")
    lists = clerk.get("/staff/work").text
    assert "归集：疑问数据" in lists
    assert "归集：已搁置" in lists
    entry = f"/staff/feed/channels/{public_id}/entries/0"
    page = clerk.get(entry).text
    assert "统一社会信用代码不存在" in page
    assert "平台认为内容有疑问" in page
    assert clerk.get(f"/staff/feed/channels/{public_id}?state=rejected").text.count("<code>17</code>") == 1
    assert clerk.post(f"{entry}/resend", reason="").status_code == 422
    assert clerk.post(f"{entry}/resend", reason="平台已补录该机构").status_code == 303
    deliver_all(work)
    assert telling.states(work, notice) == ["accepted"]
    assert "平台已补录该机构" in clerk.get(entry).text


def test_who_only_reads_sees_the_channels_and_no_buttons(
    work: Work, sign_in: Callable[..., Person], platform: Platform
) -> None:
    public_id = channel(work, platform)
    auditor = sign_in("auditor")
    page = auditor.get(f"/staff/feed/channels/{public_id}").text
    assert "暂停渠道" not in page
    assert auditor.post(f"/staff/feed/channels/{public_id}/pause").status_code == 403
    assert auditor.get("/staff/feed/channels/new").status_code == 403
    assert auditor.get(f"/staff/feed/channels/{'a' * 16}").status_code == 404
    assert auditor.get(f"/staff/feed/channels/{public_id}/entries/7").status_code == 404


def test_the_job_delivers_and_counts(host: Host, work: Work, platform: Platform) -> None:
    channel(work, platform)
    publish_one(work)
    [job] = [job for job in host.jobs if job.name == "deliver"]
    assert job.run(work) == {"accepted": 1}
    public_id = channel_row(work).public_id
    platform.will("refuse", "later")
    publish_one(work, 2)
    publish_one(work, 3)
    job.run(work)
    measured = metrics.exposition()[0].decode()
    for line in (
        f'legalcredit_deliveries_total{{channel="{public_id}",state="accepted"}} 1.0',
        f'legalcredit_deliveries_waiting{{channel="{public_id}"}} 1.0',
        f'legalcredit_deliveries_questioned{{channel="{public_id}"}} 1.0',
    ):
        assert line in measured
