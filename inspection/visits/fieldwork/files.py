"""Photos and documents of a visit: each is sent by its digest, once however often it is tried, before the fact that names it."""

import hashlib
import io
import warnings

from PIL import Image, UnidentifiedImageError
from sqlalchemy import func, select

from inspection.visits.fieldwork.figures import FIGURES
from inspection.visits.fieldwork.note import standing
from inspection.visits.findings import locked
from registry.credit import evidence
from registry.credit.evidence_store import Store
from registry.credit.evidence_types import LIMIT, recognised
from registry.credit.tables import EvidenceRow
from registry.kernel.access import Actor
from registry.kernel.faults import Invalid
from registry.kernel.work import WorkSession

_PICTURES = {"jpg", "png"}


def put(
    session: WorkSession, actor: Actor, *, store: Store, visit: str, digest: str, name: str, content: bytes
) -> evidence.Evidence:
    """Keeps a file under the visit; the same again changes nothing. `digest` is hex SHA-256 of `content`.

    Raises Invalid (`file`): `too-large`, `file-type`, `not-a-picture`, `too-many-pixels`, `digest` where it came altered,
    `too-many` files; Refused for staff who were never of the team; NotFound. Who was taken off the team may still hand
    over what they took.
    """
    actor.require("visit.record")
    row = locked(session, visit)
    standing(session, actor, row, session.today)
    if len(content) > LIMIT:
        raise Invalid.field("file", "too-large", f"文件不超过 {LIMIT // 1024 // 1024} MB，这一份没有收下")
    if hashlib.sha256(content).hexdigest() != digest:
        raise Invalid.field("file", "digest", "文件在传送中有变化，请重新上传")
    if recognised(content).code in _PICTURES:
        _check_picture(content)
    count = session.scalar(
        select(func.count()).select_from(EvidenceRow).where(EvidenceRow.owner == row.public_id)
    )
    if count is not None and count >= FIGURES.files:
        raise Invalid.field("file", "too-many", f"一次检查最多附 {FIGURES.files} 份照片和材料")
    return evidence.attach(
        session, actor, store=store, owner=row.public_id, name=name, stream=io.BytesIO(content)
    )


def _check_picture(content: bytes) -> None:
    """Decodes it once: a file may begin and end as a picture does and be none."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            with Image.open(io.BytesIO(content), formats=("JPEG", "PNG")) as picture:
                wide, high = picture.size
                if wide * high > FIGURES.photo_megapixels * 1_000_000:
                    raise Invalid.field("file", "too-many-pixels", "照片的尺寸过大，请降低分辨率后再传")
                picture.load()
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        raise Invalid.field("file", "not-a-picture", "这个文件不是能打开的照片，没有收下") from error
