"""Asks a platform that knows no ids what it has: a form with the natural key, JSON with the rows that it shows.

Whether something that was sent into a line that broke arrived is asked here before it is sent again; reconciliation asks for
everything, page by page. A row counts as ours in this version when every column that it shows is what we told.
"""

import contextlib
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import orjson

from publicity.feed import rows
from publicity.feed.channels.cells import alike
from publicity.feed.channels.channel import Found, Held, Item, Setting, Unanswered
from publicity.feed.channels.http import Answered, check_address, post

QUERY = Setting(
    "query",
    "查询网址",
    "可按名称、文书号和决定日期查询的，填写其网址；结果不明时和对账时使用。",
    required=False,
    check=check_address,
)
_PAGE = 100
_PAGES = 100_000
# Its own stamp of when a row came, and what the platform adds.
_OF_THE_ROW = frozenset({"SJC"})


class KeyQuery:
    """The query address of one platform. `settings` are the channel's."""

    def __init__(self, settings: Mapping[str, str], timeout: float) -> None:
        self._url = settings.get("query", "")
        self._form = {"standard": settings["layout"], "region": settings["region"]}
        self._timeout, self._authority = timeout, settings.get("authority", "")

    def look_up(self, items: Sequence[Item]) -> Sequence[Found]:
        """One question each; the first that is not answered is the last that is asked."""
        found: list[Found] = []
        with contextlib.suppress(Unanswered):
            found.extend(self._found(item) for item in items if self._url)
        untold: list[Found] = ["untold"] * (len(items) - len(found))
        return found + untold

    def holds(self) -> Iterator[Held] | None:
        return self._all() if self._url else None

    def _found(self, item: Item) -> Found:
        known = item.identity
        told = {part: known.get(part, "") for part in ("name", "document_number", "decided_on")}
        standing = [
            row
            for row in self._rows(item.kind, told)
            if self._held(item.kind, row)[1:] == _key(told) and not self._over(item.kind, row)
        ]
        if item.ends or not item.content:
            return "there" if bool(standing) is not item.ends else "absent"
        cells = rows.coded(item.kind, item.content, **self._form)
        return "there" if any(_agrees(row, cells) for row in standing) else "absent"

    def _all(self) -> Iterator[Held]:
        for kind in rows.KINDS:
            for page in range(1, _PAGES):
                shown = self._rows(kind, {"page": str(page), "rows": str(_PAGE)})
                yield from (self._held(kind, row) for row in shown if not self._over(kind, row))
                if len(shown) < _PAGE:
                    break

    def _rows(self, kind: str, asked: Mapping[str, str]) -> list[Mapping[str, str]]:
        """Raises Unanswered."""
        names, figures = _names(), _figures()
        form = urlencode(
            {names[part]: value for part, value in asked.items()} | {"type": figures["lists"][kind]}
        )
        answer = post(
            self._url,
            form.encode(),
            {"Content-Type": "application/x-www-form-urlencoded; charset=utf-8"},
            timeout=self._timeout,
            authority=self._authority,
        )
        if not isinstance(answer, Answered) or answer.status != 200:
            raise Unanswered
        try:
            told = orjson.loads(answer.body)
            listed = (
                told[figures["lists"][kind]] if str(told[figures["status"]]) in figures["success"] else None
            )
        except (orjson.JSONDecodeError, KeyError, TypeError) as error:
            raise Unanswered from error
        if not isinstance(listed, list) or not all(isinstance(row, dict) for row in listed):
            raise Unanswered
        return [{str(code): _text(value) for code, value in row.items()} for row in listed]

    def _held(self, kind: str, row: Mapping[str, str]) -> Held:
        name, document_number, decided_on = rows.key_columns(self._form["standard"], kind)
        return Held("", *_key({
            "name": row.get(name, ""),
            "document_number": row.get(document_number, ""),
            "decided_on": row.get(decided_on, ""),
        }))  # fmt: skip

    def _over(self, kind: str, row: Mapping[str, str]) -> bool:
        return rows.is_over(kind, row, standard=self._form["standard"])


def _key(parts: Mapping[str, str]) -> tuple[str, str, str]:
    return parts["name"], parts["document_number"], parts["decided_on"][:10].replace("/", "-")


def _agrees(row: Mapping[str, str], cells: Mapping[str, str]) -> bool:
    return all(
        alike(row[code], value) for code, value in cells.items() if code in row and code not in _OF_THE_ROW
    )


def _text(value: object) -> str:
    return "" if value is None else str(value)


def _names() -> Mapping[str, str]:
    names: Mapping[str, str] = _figures()["asked"]
    return names


@cache
def _figures() -> Mapping[str, Any]:
    return tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))
