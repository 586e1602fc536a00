"""Seals papers: a PAdES signature (ETSI EN 319 142-1, baseline B-B) with the round stamp of an office, which a PDF reader shows.

The key and its certificates come as a PKCS#12 file from whoever issues seals to authorities; the service makes none.
"""

import logging
import math
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from pyhanko.keys import load_certs_from_pemder_data
from pyhanko.pdf_utils.content import ImportedPdfPage
from pyhanko.pdf_utils.embed import EmbeddedFileObject, FileSpec, embed_file
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.misc import PdfError
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign import signers
from pyhanko.sign.fields import SigSeedSubFilter
from pyhanko.sign.validation import SignatureCoverageLevel, validate_pdf_signature
from pyhanko.sign.validation.errors import SignatureValidationError
from pyhanko.stamp import StaticStampStyle
from pyhanko_certvalidator import ValidationContext
from reportlab.lib.colors import HexColor
from reportlab.lib.units import mm
from reportlab.pdfbase.pdfmetrics import stringWidth
from reportlab.pdfgen.canvas import Canvas

from registry.kernel import fonts
from registry.kernel.fonts import BOLD, TURN, printable
from registry.kernel.paper import SEAL

# What is amiss with a paper stands in `Opened`; the library would tell it once more, as an incident of the service.
logging.getLogger("pyhanko.sign").setLevel(logging.ERROR)
_SIZE = 42 * mm
_RED = HexColor("#c8201c")


@dataclass(frozen=True)
class Opened:
    """A sealed paper as it was received. `signer` is the name in the certificate; `intact`: not a byte was changed since,
    nor added; `trusted`: the certificate leads to one of the authorities that were given. `certificate`: its hex SHA-256."""

    signer: str
    intact: bool
    trusted: bool
    certificate: str
    attached: Mapping[str, bytes]


class Unsealed(Exception):
    """The file is no PDF, or has no seal."""


class SealUnusable(Exception):
    """The PKCS#12 file cannot be read, its password is wrong, or it holds no key with a certificate."""


class Sealer:
    """One office's seal. Safe for several threads."""

    def __init__(self, signer: signers.SimpleSigner) -> None:
        self._signer = signer

    @property
    def certificate(self) -> str:
        """Hex SHA-256 of the certificate it signs with."""
        return sha256(self._signer.signing_cert.dump()).hexdigest()  # type: ignore[union-attr]

    @classmethod
    def open(cls, folder: Path) -> "Sealer | None":
        """The seal in `folder`: seal.p12, and its password in the file `password`; None if there is no such folder.

        Raises SealUnusable.
        """
        if not folder.exists():
            return None
        try:
            password = (folder / "password").read_text("utf-8").strip().encode()
            signer = signers.SimpleSigner.load_pkcs12(  # type: ignore[no-untyped-call]
                str(folder / "seal.p12"), passphrase=password
            )
        except OSError as error:
            raise SealUnusable(str(error)) from error
        if signer is None:
            raise SealUnusable(f"{folder / 'seal.p12'}: no key, or another password")
        return cls(signer)

    @property
    def until(self) -> datetime:
        """When the seal's certificate ends."""
        ended: datetime = self._signer.signing_cert.not_valid_after  # type: ignore[union-attr]
        return ended

    def seal(self, paper: bytes, *, office: str, attached: Mapping[str, bytes]) -> bytes:
        """The PDF with `attached` files in it, signed in its field `paper.SEAL`, under the stamp of `office`."""
        writer = IncrementalPdfFileWriter(BytesIO(paper))
        for name, content in attached.items():
            file = EmbeddedFileObject.from_file_data(writer, content, mime_type="application/json")
            embed_file(writer, FileSpec(file_spec_string=name, embedded_data=file))
        metadata = signers.PdfSignatureMetadata(
            field_name=SEAL,
            subfilter=SigSeedSubFilter.PADES,
            md_algorithm="sha256",
            name=office,
        )
        with TemporaryDirectory() as folder:
            # The library opens the picture of a stamp by its path, while it signs.
            drawn = Path(folder) / "stamp.pdf"
            drawn.write_bytes(stamp(office))
            page = ImportedPdfPage(str(drawn))  # type: ignore[no-untyped-call]
            style = StaticStampStyle(background=page, background_opacity=0.85, border_width=0)
            signing = signers.PdfSigner(metadata, self._signer, stamp_style=style)
            sealed: BytesIO = _aside(lambda: signing.sign_pdf(writer))
            return sealed.getvalue()


def opened(paper: bytes, *, authorities: bytes = b"") -> Opened:
    """What a sealed PDF holds. `authorities` are the certificates to trust, PEM or DER. Raises Unsealed."""
    try:
        trusted = list(load_certs_from_pemder_data(authorities)) if authorities else []
        reader = PdfFileReader(BytesIO(paper))
        [signature] = reader.embedded_regular_signatures
        context = ValidationContext(trust_roots=trusted, allow_fetching=False)
        status = _aside(lambda: validate_pdf_signature(signature, context))
        attached = dict(_attached(reader))
    except (PdfError, SignatureValidationError, ValueError, LookupError, TypeError) as malformed:
        raise Unsealed(str(malformed)) from malformed
    return Opened(
        signer=status.signing_cert.subject.native["common_name"],
        intact=bool(status.intact and status.valid and status.coverage == SignatureCoverageLevel.ENTIRE_FILE),
        trusted=bool(status.trusted),
        certificate=sha256(status.signing_cert.dump()).hexdigest(),
        attached=attached,
    )


def _aside(work: Callable[[], Any]) -> Any:
    """Done in a thread of its own: the library starts an event loop, which a thread that runs one already refuses."""
    with ThreadPoolExecutor(max_workers=1) as thread:
        return thread.submit(work).result()


def _attached(reader: PdfFileReader) -> Iterator[tuple[str, bytes]]:
    if "/Names" not in reader.root or "/EmbeddedFiles" not in reader.root["/Names"]:
        return
    listed = reader.root["/Names"]["/EmbeddedFiles"]["/Names"]
    for at in range(0, len(listed), 2):
        yield str(listed[at]), listed[at + 1]["/EF"]["/F"].data


@cache
def stamp(office: str) -> bytes:
    """A round red stamp as a PDF page: the office's name around a star."""
    written = BytesIO()
    with TURN:
        fonts.install()
        canvas = Canvas(written, pagesize=(_SIZE, _SIZE), invariant=1, initialFontName=BOLD)
        canvas.setStrokeColor(_RED)
        canvas.setFillColor(_RED)
        canvas.translate(_SIZE / 2, _SIZE / 2)
        canvas.setLineWidth(1.2 * mm)
        canvas.circle(0, 0, _SIZE / 2 - 1 * mm)
        star = canvas.beginPath()
        for point in range(5):
            angle = math.radians(90 + point * 144)
            (star.lineTo if point else star.moveTo)(7 * mm * math.cos(angle), 7 * mm * math.sin(angle))
        star.close()
        canvas.drawPath(star, stroke=0, fill=1, fillMode=1)
        _around(canvas, printable(office))
        canvas.setFont(BOLD, 10)
        canvas.drawCentredString(0, -13 * mm, "电子印章")
        canvas.save()
    return written.getvalue()


def _around(canvas: Canvas, text: str) -> None:
    """The characters of a name along the upper edge, closer together the more there are."""
    size = min(15, 190 / max(len(text), 1))
    step = min(30, 240 / max(len(text), 1))
    canvas.setFont(BOLD, size)
    for number, char in enumerate(text):
        canvas.saveState()
        canvas.rotate(((len(text) - 1) / 2 - number) * step)
        canvas.drawString(-stringWidth(char, BOLD, size) / 2, _SIZE / 2 - 3 * mm - size, char)
        canvas.restoreState()
