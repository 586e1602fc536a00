"""gzip for answers that are long and alike inside, where their reader takes it (RFC 9110 section 8.4.1)."""

import gzip
import zlib
from collections.abc import Iterable, Iterator

from flask import Response, request

_WORTH = 1024
_LEVEL = 3
_GZIP = 31  # wbits: gzip, the largest window


def compress(response: Response) -> Response:
    """The same answer, shorter; a stream stays one. Its entity tag becomes a weak one: the bytes are others."""
    response.vary.add("Accept-Encoding")
    if request.accept_encodings["gzip"] <= 0 or response.status_code != 200:
        return response
    if response.is_streamed:
        response.response = _stream(response.iter_encoded())
    elif len(response.data) < _WORTH:
        return response
    else:
        response.set_data(gzip.compress(response.data, _LEVEL, mtime=0))
    response.headers["Content-Encoding"] = "gzip"
    tag, _ = response.get_etag()
    if tag:
        response.set_etag(tag, weak=True)
    return response


def _stream(blocks: Iterable[bytes]) -> Iterator[bytes]:
    packer = zlib.compressobj(_LEVEL, zlib.DEFLATED, _GZIP)
    for block in blocks:
        # Flushed, so that whoever is cut off can read every block that was sent.
        yield packer.compress(block) + packer.flush(zlib.Z_SYNC_FLUSH)
    yield packer.flush()
