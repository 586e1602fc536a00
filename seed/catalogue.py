"""The published lists of the demo city: powers with their benchmarks, minor offences, the disclosure catalogue, guides."""

import tomllib
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from publicity.catalogue import draft, find, uses
from publicity.catalogue.schema import SCHEMAS, Entry, cleaned
from seed.office import Office, at

_FOLDER = Path(__file__).with_name("catalogues")
_ADDED = "CF-10"
_AHEAD = timedelta(days=21)


def shipped(listing: str) -> list[Entry]:
    """The entries of a list as its file has them; [every] and [kind."…"] fill what an entry does not say."""
    table = tomllib.loads((_FOLDER / f"{listing}.toml").read_text("utf-8"))
    kinds: Mapping[str, Mapping[str, Any]] = table.get("kind", {})
    return [
        cleaned(
            SCHEMAS[listing],
            {
                field: _text(value)
                for field, value in {
                    **table.get("every", {}),
                    **kinds.get(entry.get("kind", ""), {}),
                    **entry,
                }.items()
            },
        )
        for entry in table["entry"]
    ]


def _text(value: str | Sequence[str]) -> str:
    return value if isinstance(value, str) else "\n".join(value)


def published(office: Office) -> None:
    """The first version of every list, before law and duties changed."""
    for listing in SCHEMAS:
        entries = [_former(entry) for entry in shipped(listing) if entry["code"] != _ADDED]
        _publish(office, listing, entries, "首次公布（演示内容）")


def revised(office: Office, day: date) -> None:
    """The list of powers with what the law on legal aid added, and a milder benchmark."""
    office.clock.set(at(day, 17))
    reason = "增加法律援助法规定的处罚事项，调整律师私自收费的裁量基准（演示内容）"
    _publish(office, "powers", shipped("powers"), reason)


def waiting(office: Office) -> None:
    """A version that is announced for three weeks from now, and a draft that a clerk works on; and what was made under
    which power."""
    guides = [
        {**entry, "promised_limit": "12 个工作日"} if entry["code"] == "ZN-01" else entry
        for entry in shipped("guides")
    ]
    reason = "律师执业申请的承诺时限缩短为 12 个工作日（演示内容）"
    _publish(office, "guides", guides, reason, ahead=_AHEAD)
    with office.work.write(office.actors["clerk2"]) as session:
        draft.take(session, session.actor, listing="disclosure", entries=(), removed=["GK-20"])
    uses.run(office.work)


def _former(entry: Entry) -> Entry:
    if entry["code"] != "CF-02":
        return entry
    return {**entry, "tiers": entry["tiers"].replace("四千元", "三千元").replace("0.4", "0.3")}


def _publish(
    office: Office, listing: str, entries: Sequence[Entry], reason: str, *, ahead: timedelta = timedelta()
) -> None:
    with office.work.write(office.actors["clerk"]) as session:
        draft.take(session, session.actor, listing=listing, entries=entries)
    with office.work.read() as session:
        [waiting] = [one for one in find.drafts(session) if one.listing == listing]
    with office.work.write(office.actors["clerk"]) as session:
        draft.submit(
            session,
            session.actor,
            draft=waiting.public_id,
            revision=waiting.revision,
            effective_on=session.today + ahead,
            reason=reason,
            # The shipped addresses are held against the routes by a test; the seed knows no routes.
            answers=lambda _address: True,
        )
    with office.work.write(office.actors["head"]) as session:
        draft.publish(
            session,
            session.actor,
            draft=waiting.public_id,
            revision=waiting.revision + 1,
            answers=lambda _address: True,
        )
