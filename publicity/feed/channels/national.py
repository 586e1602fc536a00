"""The national web service: importPermissionXml and importPenalyXml (token, xml).

The xml is `<ROWDATA><ROW>…` with dates as 2026/11/20; the answer `<code>00</code>`, or another code with the `<line>` that it
is about. The service has no withdrawal: rows meet there by natural key, so the same row sent again changes nothing, and an
end is the natural key with the state that takes it back. Where a query is offered, it is asked before anything is sent again.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from itertools import groupby
from xml.etree import ElementTree as ET

from publicity.feed import rows
from publicity.feed.channels import soap
from publicity.feed.channels.by_key import QUERY, KeyQuery
from publicity.feed.channels.channel import TIMEOUT, Answers, Channel, Found, Held, Item, Kind, Setting
from publicity.feed.channels.http import AUTHORITY, check_address
from publicity.feed.states import Outcome

_OPERATIONS = {"permit": "importPermissionXml", "penalty": "importPenalyXml"}
_NAMESPACE = "http://service.creditchina.gov.cn/"


class NationalService:
    """Two addresses, one for each kind, and the token that stands in every call."""

    def __init__(self, settings: Mapping[str, str], secret: str, timeout: float) -> None:
        self._urls = {kind: settings[kind] for kind in rows.KINDS}
        self._namespace = settings.get("namespace") or _NAMESPACE
        self._authority = settings.get("authority", "")
        self._standard, self._region = settings["layout"], settings["region"]
        self._token, self._timeout = secret, timeout
        self._query = KeyQuery(settings, timeout)
        self.batch = soap.rows_at_once(settings)

    def send(self, items: Sequence[Item], *, now: datetime) -> Sequence[Outcome]:
        outcomes: list[Outcome] = []
        for kind, together in groupby(items, key=lambda item: item.kind):
            called = list(together)
            outcomes += soap.of_batch(self._send(kind, called), len(called))
        return outcomes

    def look_up(self, items: Sequence[Item]) -> Sequence[Found]:
        return self._query.look_up(items)

    def holds(self) -> Iterator[Held] | None:
        return self._query.holds()

    def receipts(self) -> Sequence[Answers]:
        return ()

    def taken(self, receipt: str) -> None:
        """Its answers are its receipts."""

    def _send(self, kind: str, items: Sequence[Item]) -> Outcome:
        answer = soap.call(
            self._urls[kind],
            namespace=self._namespace,
            operation=_OPERATIONS[kind],
            parts={"token": self._token, "xml": rowdata([self._cells(item) for item in items])},
            timeout=self._timeout,
            authority=self._authority,
        )
        return answer if isinstance(answer, Outcome) else _read(answer)

    def _cells(self, item: Item) -> Mapping[str, str]:
        if item.ends:
            return rows.ended(item.kind, item.identity, standard=self._standard)
        return rows.coded(item.kind, item.content, standard=self._standard, region=self._region)


def rowdata(lines: Sequence[Mapping[str, str]]) -> str:
    """Rows as the service reads them."""
    root = ET.Element("ROWDATA")
    for cells in lines:
        row = ET.SubElement(root, "ROW")
        for code, value in cells.items():
            ET.SubElement(row, code).text = rows.writable(value)
    return '<?xml version="1.0" encoding="UTF-8"?>' + ET.tostring(root, encoding="unicode")


def _read(answer: str) -> Outcome:
    root = soap.read(answer.encode())
    code = root.findtext(".//code") if root is not None else None
    if root is None or code is None:
        return Outcome("unknown", "garbled", "平台的回答无法读取")
    if code == "00":
        return Outcome("accepted", code)
    line, message = root.findtext(".//line"), root.findtext(".//message")
    told = "，".join(part for part in (f"第 {line} 行" if line else "", message or "") if part)
    return Outcome("rejected", code, told or None)


def _open(settings: Mapping[str, str], secret: str, timeout: float) -> Channel:
    return NationalService(settings, secret, timeout)


KIND = Kind(
    name="national",
    title="国家平台服务（SOAP）",
    settings=(
        Setting(
            "permit", "许可服务网址", "提供 importPermissionXml 的网址，不带 ?wsdl。", check=check_address
        ),
        Setting("penalty", "处罚服务网址", "提供 importPenalyXml 的网址，不带 ?wsdl。", check=check_address),
        Setting("region", "地方编码", "六位行政区划代码。", check=rows.check_region),
        Setting("namespace", "命名空间", f"WSDL 中的 targetNamespace；不填为 {_NAMESPACE}。", required=False),
        QUERY,
        soap.ROWS,
        AUTHORITY,
        TIMEOUT,
    ),
    secret="令牌",  # noqa: S106 — its title
    check_secret=lambda text: None if text.isprintable() else "含有不能使用的字符",
    layouts=("2015", "2018"),
    kinds=rows.KINDS,
    open=_open,
)
