"""The kinds of channel that platforms really have, one module each, all behind the same queue."""

from collections.abc import Mapping

from publicity.feed.channels import city, exchange, files, json_https, national
from publicity.feed.channels.channel import Kind

KINDS: Mapping[str, Kind] = {
    kind.name: kind for kind in (json_https.KIND, national.KIND, city.KIND, exchange.KIND, files.KIND)
}
