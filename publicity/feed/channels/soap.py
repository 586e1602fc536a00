"""One SOAP 1.1 call, and the text of its answer. Answers are read without entities, DTDs or anything else that grows."""

from collections.abc import Mapping
from xml.etree import ElementTree as ET

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

from publicity.feed.channels.channel import Setting
from publicity.feed.channels.http import failed, post
from publicity.feed.states import Outcome

_ENVELOPE = "http://schemas.xmlsoap.org/soap/envelope/"


def call(
    url: str, *, namespace: str, operation: str, parts: Mapping[str, str], timeout: float, authority: str = ""
) -> str | Outcome:
    """The text that the operation returned, or what came instead of it. `parts` are its parameters in their order."""
    envelope = ET.Element(f"{{{_ENVELOPE}}}Envelope")
    body = ET.SubElement(envelope, f"{{{_ENVELOPE}}}Body")
    called = ET.SubElement(body, f"{{{namespace}}}{operation}")
    for name, value in parts.items():
        ET.SubElement(called, name).text = value
    headers = {"Content-Type": "text/xml; charset=utf-8", "SOAPAction": '""'}
    sent = ET.tostring(envelope, encoding="UTF-8", xml_declaration=True)
    answer = post(url, sent, headers, timeout=timeout, authority=authority)
    if isinstance(answer, Outcome):
        return answer
    root = read(answer.body)
    if root is not None and (fault := root.find(f".//{{{_ENVELOPE}}}Fault")) is not None:
        return Outcome("unknown", "soap_fault", "".join(fault.itertext())[:500])
    if (told := failed(answer)) is not None or answer.status >= 400:
        return told or Outcome("refused", f"http_{answer.status}")
    returned = root.find(f"{{{_ENVELOPE}}}Body") if root is not None else None
    if returned is None:
        # An answer that nobody can read does not say that nothing was taken.
        return Outcome("unknown", "garbled", "平台的回答无法读取")
    return "".join(returned.itertext()).strip()


def rows_at_once(settings: Mapping[str, str]) -> int:
    """How many rows go with one call."""
    return int(settings.get("rows") or 1)


def of_batch(outcome: Outcome, count: int) -> list[Outcome]:
    """What one call says of each of its rows. Refused together, they go alone, so that each gets its own answer."""
    if outcome.verdict in ("rejected", "singly") and count > 1:
        outcome = Outcome("singly", "batch")
    return [outcome] * count


def _check_rows(text: str) -> str | None:
    return None if text.isascii() and text.isdigit() and 1 <= int(text) <= 50 else "应为 1 至 50 的整数"


ROWS = Setting(
    "rows",
    "每次报送的行数",
    "1 至 50；不填为 1。其中有被拒绝的，逐行重新报送，以便逐行得到结果。",
    required=False,
    check=_check_rows,
)


def read(text: bytes) -> ET.Element | None:
    """XML from outside, or None for what is none or would read more than it holds."""
    try:
        root: ET.Element = fromstring(text, forbid_dtd=True)
    except (ET.ParseError, DefusedXmlException, ValueError):
        return None
    return root
