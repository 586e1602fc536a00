"""Lists of the office for tests: small valid entries, and a version published by two people."""

from datetime import date

from publicity.catalogue import draft, find
from publicity.catalogue.schema import SCHEMAS, Entry, cleaned
from registry.kernel.host import Host
from tests.publicity import office

POWER = {
    "code": "CF-01",
    "name": "对律师事务所违反规定收费的处罚",
    "kind": "行政处罚",
    "basis": "《中华人民共和国律师法》第五十条",
    "tiers": "较轻档｜主动退还｜警告，罚款一万元以下｜罚款 0-1\n中间档｜两次以上｜罚款一万元以上五万元以下｜罚款 1-5\n较重档｜拒不改正｜停业整顿一个月｜责令停产停业",
    "procedure": "立案审批\n调查取证\n作出决定",
    "responsibility": "依法回避",
    "section": "律师工作处",
}
PERMIT = {
    "code": "XK-01",
    "name": "律师执业许可",
    "kind": "行政许可",
    "basis": "《中华人民共和国律师法》第五条、第六条",
    "procedure": "受理申请\n作出许可决定",
    "responsibility": "一次告知",
    "section": "律师工作处",
    "recognised": "律师执业证",
}
MINOR = {
    "code": "BF-01",
    "name": "逾期备案不满三十日",
    "conditions": "初次违法\n及时改正",
    "violated": "《中华人民共和国律师法》第五十条第一款第（三）项",
    "basis": "《中华人民共和国行政处罚法》第三十三条第一款",
    "measures": "批评教育\n约谈",
    "power": "CF-01",
    "section": "律师工作处",
}
ROW = {
    "code": "GK-01",
    "area": "行政执法",
    "name": "行政处罚决定",
    "content": "相对人\n依据",
    "basis": "国办发〔2015〕51号",
    "limit": "7 个工作日内",
    "publisher": "市司法局",
    "channel": "本站",
    "audience": "全社会",
    "method": "主动公开",
    "level": "市级",
    "link": "/notices?kind=penalty",
}
GUIDE = {
    "code": "ZN-01",
    "name": "申请律师执业",
    "audience": "公民个人",
    "basis": "《中华人民共和国律师法》第五条",
    "conditions": "通过考试\n实习满一年",
    "materials": "申请书\n身份证明",
    "procedure": "申请\n审查\n发证",
    "legal_limit": "20 个工作日",
    "promised_limit": "10 个工作日",
    "fee": "不收费",
    "window": "综合窗口，周一至周五 9:00—17:00",
    "results": "律师执业证",
    "supervision": "12348",
}
SMALL = {"powers": (POWER, PERMIT), "no-penalty": (MINOR,), "disclosure": (ROW,), "guides": (GUIDE,)}


def clean(listing: str, *entries: dict[str, str]) -> list[Entry]:
    return [cleaned(SCHEMAS[listing], entry) for entry in entries]


def prepare(host: Host, listing: str, *entries: dict[str, str], removed: tuple[str, ...] = ()) -> str:
    """Puts entries into the draft of a list, as its clerk; the draft's public id."""
    clerk = office.person(host.permissions, "clerk")
    with host.work.write(clerk) as session:
        draft.take(session, clerk, listing=listing, entries=clean(listing, *entries), removed=removed)
    with host.work.read() as session:
        [waiting] = [one for one in find.drafts(session) if one.listing == listing]
    return waiting.public_id


def revision(host: Host, draft_id: str) -> int:
    with host.work.read() as session:
        return find.draft(session, draft_id).revision


def submit(host: Host, draft_id: str, *, on: date | None = None, reason: str = "首次公布") -> None:
    clerk = office.person(host.permissions, "clerk")
    with host.work.write(clerk) as session:
        draft.submit(
            session,
            clerk,
            draft=draft_id,
            revision=find.draft(session, draft_id).revision,
            effective_on=on or session.today,
            reason=reason,
            answers=lambda _address: True,
        )


def publish(
    host: Host,
    listing: str,
    *entries: dict[str, str],
    on: date | None = None,
    reason: str = "首次公布",
    removed: tuple[str, ...] = (),
) -> int:
    """A version of a list, prepared by a clerk and published by a head of office; its number."""
    draft_id = prepare(host, listing, *entries, removed=removed)
    submit(host, draft_id, on=on, reason=reason)
    head = office.person(host.permissions, "head")
    with host.work.write(head) as session:
        return draft.publish(
            session,
            head,
            draft=draft_id,
            revision=find.draft(session, draft_id).revision,
            answers=lambda _address: True,
        )


def publish_all(host: Host) -> None:
    """A first version of every list."""
    for listing, entries in SMALL.items():
        publish(host, listing, *entries)
