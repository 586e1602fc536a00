"""The upload service of city platforms: SOAP with tableCode, departmentCode, tableVersionId and a JSON body.

The answer is JSON: errorCode, errorMsg, totalSize, successSize, failSize, tips. It counts the rows that failed without naming
them: a call in which some did is repeated row by row. A row goes through the rules there and is linked to its subject
afterwards; what the rules refuse comes back as failSize. Rows meet by natural key, and an end is the natural key with the
state that takes it back. Where a query is offered, it is asked before anything is sent again.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

import orjson

from publicity.feed import rows
from publicity.feed.channels import soap
from publicity.feed.channels.by_key import QUERY, KeyQuery
from publicity.feed.channels.channel import TIMEOUT, Answers, Channel, Found, Held, Item, Kind, Setting
from publicity.feed.channels.http import AUTHORITY, check_address
from publicity.feed.states import Outcome

_NAMESPACE = "http://service.upload.credit/"
_OPERATION = "upload"
_TITLES = {
    ("penalty", False): "法人处罚目录编码",
    ("penalty", True): "自然人处罚目录编码",
    ("permit", False): "法人许可目录编码",
    ("permit", True): "自然人许可目录编码",
}


class CityUpload:
    """One address; a catalogue code for each kind of notice and of subject."""

    def __init__(self, settings: Mapping[str, str], timeout: float) -> None:
        self._settings, self._timeout = settings, timeout
        self._standard = settings["layout"]
        self._query = KeyQuery(settings, timeout)
        self.batch = soap.rows_at_once(settings)

    def send(self, items: Sequence[Item], *, now: datetime) -> Sequence[Outcome]:
        by_table: dict[str, list[int]] = {}
        outcomes = [Outcome("untried")] * len(items)
        for place, item in enumerate(items):
            if item.ends:
                outcomes[place] = self._end(item)
            else:
                table = _table(item.kind, person=rows.of_person(item.content))
                by_table.setdefault(table, []).append(place)
        for table, places in by_table.items():
            told = soap.of_batch(
                self._upload(table, [self._row(items[place]) for place in places]), len(places)
            )
            for place, outcome in zip(places, told, strict=True):
                outcomes[place] = outcome
        return outcomes

    def look_up(self, items: Sequence[Item]) -> Sequence[Found]:
        return self._query.look_up(items)

    def holds(self) -> Iterator[Held] | None:
        return self._query.holds()

    def receipts(self) -> Sequence[Answers]:
        return ()

    def taken(self, receipt: str) -> None:
        """Its answers are its receipts."""

    def _row(self, item: Item) -> Mapping[str, str]:
        return rows.coded(item.kind, item.content, standard=self._standard, region=self._settings["region"])

    def _end(self, item: Item) -> Outcome:
        row = rows.ended(item.kind, item.identity, standard=self._standard)
        outcomes = [
            self._upload(_table(item.kind, person=person), [row]) for person in rows.sides(item.identity)
        ]
        # Told in both catalogues it has ended when one took it, and the other surely has nothing of it.
        ranks = ("later", "unknown", "accepted")
        return min(outcomes, key=lambda one: ranks.index(one.verdict) if one.verdict in ranks else len(ranks))

    def _upload(self, table: str, lines: Sequence[Mapping[str, str]]) -> Outcome:
        answer = soap.call(
            self._settings["url"],
            namespace=self._settings.get("namespace") or _NAMESPACE,
            operation=self._settings.get("operation") or _OPERATION,
            parts={
                "tableCode": self._settings[table],
                "departmentCode": self._settings["department"],
                "tableVersionId": self._settings["version"],
                "body": orjson.dumps(lines).decode(),
            },
            timeout=self._timeout,
            authority=self._settings.get("authority", ""),
        )
        return answer if isinstance(answer, Outcome) else _read(answer)


def _table(kind: str, *, person: bool) -> str:
    return f"{kind}_{'person' if person else 'organisation'}"


def _read(answer: str) -> Outcome:
    try:
        told = orjson.loads(answer)
        code, failures = str(told["errorCode"]), int(told.get("failSize") or 0)
    except (orjson.JSONDecodeError, KeyError, TypeError, ValueError):
        return Outcome("unknown", "garbled", "平台的回答无法读取")
    message = str(told.get("tips") or told.get("errorMsg") or "")[:2000] or None
    if code == "200":
        return Outcome("rejected", code, message) if failures else Outcome("accepted", code, message)
    if code == "500":
        return Outcome("unknown", code, message)
    # 3001 to 6002: the call, not the row, is wrong; asking again will not change it.
    return Outcome("refused", code, message)


def _open(settings: Mapping[str, str], _secret: str, timeout: float) -> Channel:
    return CityUpload(settings, timeout)


KIND = Kind(
    name="city",
    title="市平台上报服务（SOAP）",
    settings=(
        Setting("url", "服务网址", "InterfaceUploadService 的网址，不带 ?wsdl。", check=check_address),
        Setting("department", "部门编码", "平台分配的 departmentCode。"),
        Setting("version", "目录版本", "平台分配的 tableVersionId。"),
        *(Setting(_table(kind, person=person), title) for (kind, person), title in _TITLES.items()),
        Setting("region", "地方编码", "六位行政区划代码。", check=rows.check_region),
        Setting("operation", "操作名", f"WSDL 中的 operation；不填为 {_OPERATION}。", required=False),
        Setting("namespace", "命名空间", f"WSDL 中的 targetNamespace；不填为 {_NAMESPACE}。", required=False),
        QUERY,
        soap.ROWS,
        AUTHORITY,
        TIMEOUT,
    ),
    secret="",
    check_secret=lambda _text: None,
    layouts=("2018", "2015"),
    kinds=rows.KINDS,
    open=_open,
)
