"""What can be followed: every public list, a person, a firm, a search; by Atom and by mail, read once for both."""

import json
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import urlencode

from sqlalchemy import select

from inspection.ceremony import listed as draws
from inspection.plan import find as plan
from inspection.plan.annual import find as plans
from publicity.catalogue import find as catalogue
from publicity.catalogue.schema import SCHEMAS
from publicity.lookup import findings, pages
from publicity.lookup.asked import Asked
from publicity.notices import find as notices
from publicity.notices.chosen import Chosen
from publicity.notices.find import Shown
from publicity.release.draft import NOTICE_KINDS, title_of_kind
from registry.credit.catalogue import KINDS
from registry.kernel.clock import local_day
from registry.kernel.faults import NotFound
from registry.kernel.work import WorkSession
from registry.ledger.tables import EntryRow

Say = Callable[[str], str]
"""A message of the catalogue in the reader's language."""

PAGES: Mapping[str, str] = {
    "notices": "/notices",
    "withdrawn": "/notices/withdrawn",
    "search": "/search",
    "inspections": "/inspections",
    "draws": "/draws",
    "matters": "/matters",
    "plans": "/inspection-plans",
    "catalogues": "/catalogues",
}
"""Where what is followed stands; its feed is at the same address with `.atom`. Each catalogue has a page below its own."""
_TITLES = {
    "withdrawn": "依法撤下的公示",
    "inspections": "抽查结果",
    "draws": "双随机抽取",
    "matters": "随机抽查事项清单",
    "plans": "年度抽查计划",
    "catalogues": "清单与目录",
}
_LISTING = "listing"
_SUBJECTS = ("practitioner", "organisation")
_LISTED = 500
"""Lists of the office's own acts are short: so many of them are looked at."""


@dataclass(frozen=True)
class Topic:
    """A key of PAGES, and what the list is kept to, as in its address."""

    name: str
    given: tuple[tuple[str, str], ...] = ()

    @property
    def query(self) -> str:
        kept = [(key, text) for key, text in self.given if key != _LISTING]
        return f"?{urlencode(kept)}" if kept else ""

    @property
    def page(self) -> str:
        return f"{self._path}{self.query}"

    @property
    def feed(self) -> str:
        return f"{self._path}.atom{self.query}"

    @property
    def _path(self) -> str:
        return "/".join((PAGES[self.name], *(text for key, text in self.given if key == _LISTING)))

    @property
    def asked(self) -> dict[str, str]:
        return dict(self.given)


@dataclass(frozen=True)
class Item:
    """One thing that a list tells. `record` is its id in the public book, `path` its page, `kind` a code with its title.
    `summary` says what a list says beside the title. Of a `notice` its page alone tells more than its kind to mailboxes."""

    record: str
    path: str
    kind: str
    kind_title: str
    title: str
    summary: str
    published_at: datetime
    changed_at: datetime
    notice: bool = False

    @property
    def on(self) -> str:
        """The office's day of the last change."""
        return local_day(self.changed_at).isoformat()


def read(name: str, given: Mapping[str, str]) -> Topic:
    """The topic of an address or a form; what it is kept to in one form whatever was typed. Raises NotFound."""
    if name not in PAGES:
        raise NotFound("没有这份清单")
    if name == "notices":
        kept = Chosen.given(given).parameters
        kept |= next(({one: given[one][:16]} for one in _SUBJECTS if given.get(one)), {})
    elif name == "search":
        kept = Asked.given(given).parameters
    elif name == "inspections":
        kept = findings.Asked.given(given).parameters
    elif name == "catalogues" and given.get(_LISTING):
        kept = {_LISTING: given[_LISTING]}
        if given[_LISTING] not in SCHEMAS:
            raise NotFound("没有这份清单")
    else:
        kept = {}
    return Topic(name, tuple(kept.items()))


def title(session: WorkSession, topic: Topic, say: Say = str) -> str:
    """What is followed, in the reader's words. Raises NotFound for a subject that nobody is."""
    if topic.name == "search":
        return say("“%(q)s”的公示") % {"q": topic.asked.get("q") or say("按条件查询")}
    if _LISTING in topic.asked:
        return say(SCHEMAS[topic.asked[_LISTING]].title)
    if topic.name != "notices":
        return say(_TITLES[topic.name])
    subject = pages.named(session, _subject(topic))
    return f"{subject} · {_kinds(topic, say)}" if subject else _kinds(topic, say)


def title_in_mail(session: WorkSession, topic: Topic, say: Say = str) -> str:
    """As `title`, less what no mailbox should keep for ever: a person's name beside a kind of notice, a query's words."""
    if topic.name == "search":
        return say("一次查询的结果")
    if "practitioner" in topic.asked:
        return f"{say('您关注的执业人员')} · {_kinds(topic, say)}"
    return title(session, topic, say)


def _kinds(topic: Topic, say: Say) -> str:
    codes = topic.asked.get("kind", "").split(",")
    known = [code for code in codes if code in {*KINDS, *NOTICE_KINDS.values()}]
    return say("、").join(say(title_of_kind(code)) for code in known) or say("全部公示")


def items(
    session: WorkSession, topic: Topic, *, among: Collection[str] | None = None, limit: int
) -> Sequence[Item]:
    """What stands in it now, the latest first; `among` keeps it to some records. Raises NotFound, and Invalid as the search
    does."""
    if topic.name == "notices":
        kept = pages.notice_list(
            session, chosen=Chosen.given(topic.asked), subject=_subject(topic), among=among, limit=limit
        )
        return [_notice(one) for one in kept.notices]
    if topic.name == "search":
        found = pages.notices_of_search(session, Asked.given(topic.asked), among=among, limit=limit)
        return [_notice(one) for one in found.notices]
    if topic.name == "inspections":
        results, _ = findings.results(session, findings.Asked.given(topic.asked), among=among, limit=limit)
        return [_notice(one.notice) for one in results]
    if topic.name == "withdrawn":
        return _withdrawn(session, among, limit)
    return _acts(session, topic, among, limit)


def _subject(topic: Topic) -> tuple[str, str] | None:
    return next(((one, topic.asked[one]) for one in _SUBJECTS if one in topic.asked), None)


def _notice(one: Shown) -> Item:
    told = [one.subject.get("name", ""), f"{one.decided_on.isoformat()} 决定", *one.marks]
    return Item(
        record=one.public_id,
        path=f"/notices/{one.public_id}",
        kind=one.kind,
        kind_title=one.kind_title,
        title=one.title,
        summary=" · ".join(filter(None, told)),
        published_at=one.published_at,
        changed_at=one.versions[-1].at,
        notice=True,
    )


def _withdrawn(session: WorkSession, among: Collection[str] | None, limit: int) -> Sequence[Item]:
    listed, _ = notices.withdrawn(session, among=among, limit=limit)
    return [
        Item(
            record=one.public_id,
            path=f"/notices/{one.public_id}",
            kind="withdrawn",
            kind_title="撤下说明",
            title=" ".join(filter(None, (one.document_number, one.ground_title))),
            summary=f"{one.ended_on.isoformat()} 撤下",
            published_at=one.versions[-1].at,
            changed_at=one.versions[-1].at,
        )
        for one in listed
    ]


def _acts(session: WorkSession, topic: Topic, among: Collection[str] | None, limit: int) -> Sequence[Item]:
    """What the office itself publishes: it stands in the public book under its own id, since the moment of its leaf."""
    if topic.name == "draws":
        listed, _ = draws.draws(session, on=session.today, limit=_LISTED)
        found = [(one.public_id, f"/draws/{one.public_id}", one.title, one.state_title) for one in listed]
    elif topic.name == "matters":
        matters, _ = plan.matters(session, on=session.today)
        found = [(one.public_id, f"/matters/{one.code}", one.name, one.category) for one in matters]
    elif topic.name == "catalogues":
        found = [
            (
                one.public_id,
                f"/catalogues/{one.listing}/versions/{one.number}",
                f"{one.schema.title}第 {one.number} 版",
                f"自 {one.valid_from.isoformat()} 起施行",
            )
            for listing, versions in catalogue.every_version(session).items()
            for one in versions
            if topic.asked.get(_LISTING, listing) == listing
        ]
    else:
        found = [
            (one.public_id, f"/inspection-plans/{one.number}", one.title, f"{one.year} 年")
            for one in plans.plans(session)
        ]
    kept = [one for one in found if among is None or one[0] in among]
    moments = _moments(session, [record for record, *_ in kept])
    told = [
        Item(record, path, topic.name, _TITLES[topic.name], heading, summary, *moments[record])
        for record, path, heading, summary in kept
        if record in moments
    ]
    return sorted(told, key=lambda item: item.changed_at, reverse=True)[:limit]


def _moments(session: WorkSession, records: Collection[str]) -> dict[str, tuple[datetime, datetime]]:
    """When each record came into the public book, and when its last version did."""
    rows = session.execute(
        select(EntryRow.record, EntryRow.leaf)
        .where(EntryRow.book == "public", EntryRow.record.in_(records))
        .order_by(EntryRow.position)
    )
    found: dict[str, tuple[datetime, datetime]] = {}
    for record, leaf in rows:
        at = datetime.fromisoformat(json.loads(leaf)["time"]).astimezone(UTC)
        found[record] = (found[record][0] if record in found else at, at)
    return found
