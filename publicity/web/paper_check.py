"""Whoever was handed a sealed report or certificate checks it here: phones show PDFs without their seals."""

from flask import Blueprint, Flask, make_response, render_template, request
from flask.typing import ResponseReturnValue

from publicity.proving.received import Received, examined
from publicity.web.limits import limit
from registry.kernel.access import public
from registry.kernel.faults import Invalid
from registry.kernel.host import Host, host, work
from registry.ledger import book
from registry.ledger.note import parse_vkey
from registry.web.forms import faults_by_path

LARGEST = 2 << 20
"""Bytes of a file."""
_RATE = "60/hour"
_TONES = {"ours": "good", "altered": "bad", "other": "attention", "unsealed": "bad", "unproven": "bad"}

blueprint = Blueprint("paper_check", __name__)


def install(_host: Host, app: Flask) -> None:
    limit(app, "paper-check", _RATE, ["paper_check.check"])


@blueprint.get("/check-paper")
@public
def form() -> ResponseReturnValue:
    return render_template("publicity/paper_check.html", faults={})


@blueprint.post("/check-paper")
@public
def check() -> ResponseReturnValue:
    """The file is looked at and not kept."""
    try:
        received = _examined(_handed_in())
    except Invalid as fault:
        return render_template("publicity/paper_check.html", faults=faults_by_path(fault)), fault.status
    page = render_template(
        "publicity/paper_check.html", faults={}, received=received, tone=_TONES[received.verdict]
    )
    answer = make_response(page)
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _handed_in() -> bytes:
    """Raises Invalid for nothing, too much, or what is no PDF."""
    handed = request.files.get("file")
    content = handed.read(LARGEST + 1) if handed is not None else b""
    if not content:
        raise Invalid.field("file", "required", "请选择要核验的文件")
    if len(content) > LARGEST:
        raise Invalid.field("file", "too-large", "文件不能超过 2 MB")
    if not content.startswith(b"%PDF"):
        raise Invalid.field("file", "not-a-pdf", "请选择下载或者收到的 PDF 文件")
    return content


def _examined(content: bytes) -> Received:
    sealer = host().sealer
    with work().read() as session:
        key = book.vkey(session, "public")
    return examined(content, ours=sealer.certificate if sealer else None, verifier=parse_vkey(key.strip()))
