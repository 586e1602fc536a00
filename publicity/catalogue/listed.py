"""红黑名单: who stands on a list today, from the notices that are public today.

An entry leaves the page with its notice: on its last day, on removal, repair or annulment, in that moment. Practitioners are
named as the policy of the look-up lets lists name them (publicity/lookup/policy.toml).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from publicity.lookup import pages
from publicity.notices.chosen import Chosen
from publicity.notices.find import Shown
from registry.kernel.work import WorkSession

KINDS: Mapping[str, str] = {"red": "red_listing", "black": "listing"}
TITLES: Mapping[str, str] = {"red": "红名单", "black": "黑名单"}
LEDES: Mapping[str, str] = {
    "red": "依法依规认定的守信主体；列入期满、移出或者撤销后不再列出。",
    "black": "依法依规认定的严重失信主体；列入期满、移出、信用修复或者撤销后不再列出。",
}
HEADINGS = ("名称", "统一社会信用代码", "执业证号", "名单", "列入事由", "列入标准", "法律依据", "列入日期", "截止日期", "决定文书号", "认定机关", "移出条件", "救济途径", "标注", "地址")  # fmt: skip


@dataclass(frozen=True)
class Listed:
    """Somebody on a list: why, since when, until when, and by which basis."""

    notice: Shown

    @property
    def name(self) -> str:
        return self.notice.subject["name"]

    @property
    def since(self) -> date:
        return self.notice.decided_on

    @property
    def until(self) -> date | None:
        """The last day of the entry; that of its publication where the record does not say."""
        told = self.notice.detail.get("until")
        return date.fromisoformat(told) if told else self.notice.until

    def told(self, name: str) -> str:
        """A part of the record: list, cause, criteria, basis, authority, document_number, removal, remedies."""
        value = self.notice.detail.get(name, "")
        return value if isinstance(value, str) else "；".join(value)

    def cells(self, public_url: str) -> Sequence[str | None]:
        subject = self.notice.subject
        return (
            self.name,
            subject.get("uscc"),
            subject.get("licence_number"),
            self.told("list"),
            self.told("cause"),
            self.told("criteria"),
            self.told("basis"),
            self.since.isoformat(),
            self.until.isoformat() if self.until else "",
            self.told("document_number"),
            self.told("authority"),
            self.told("removal"),
            self.told("remedies"),
            "；".join(self.notice.marks),
            f"{public_url}/notices/{self.notice.public_id}",
        )


def on_list(
    session: WorkSession, colour: str, *, before: int | None = None, limit: int
) -> tuple[list[Listed], int | None]:
    """Who stands on the lists of a colour (a key of KINDS) today, the latest first, and the cursor of the next page."""
    listed = pages.notice_list(session, chosen=Chosen((KINDS[colour],)), before=before, limit=limit)
    return [Listed(shown) for shown in listed.notices], listed.next
