"""The kinds of channel that platforms really have, one module each, all behind the same queue."""

from collections.abc import Mapping

from publicity.feed.channels import exchange, files, json_https
from publicity.feed.channels.channel import Kind

KINDS: Mapping[str, Kind] = {kind.name: kind for kind in (json_https.KIND, files.KIND, exchange.KIND)}
