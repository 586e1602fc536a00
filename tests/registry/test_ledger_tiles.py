"""Tile paths, the tiles of a tree, entry bundles (C2SP tlog-tiles), and the leaf."""

import json
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.kernel.canon import canonical
from registry.ledger.leaf import FORMAT, Leaf, parse_leaf
from registry.ledger.tiles import Tile, pack_entries, parse_path, tiles_of, unpack_entries


@pytest.mark.parametrize(
    ("tile", "path"),
    [
        (Tile(0, 0), "0/000"),
        (Tile(0, 1234067), "0/x001/x234/067"),
        (Tile(1, 999, 17), "1/999.p/17"),
        (Tile(63, 1000, 255), "63/x001/000.p/255"),
        (Tile(None, 273, 112), "entries/273.p/112"),
    ],
)
def test_paths_read_as_the_specification_spells_them(tile: Tile, path: str) -> None:
    assert tile.path == path
    assert parse_path(path) == tile


@given(st.none() | st.integers(0, 63), st.integers(0, 10**15), st.integers(1, 256))
def test_every_tile_has_one_path(level: int | None, number: int, width: int) -> None:
    tile = Tile(level, number, width)
    assert parse_path(tile.path) == tile


@pytest.mark.parametrize(
    "path",
    [
        "0/0", "0/00", "0/0000", "00/000", "64/000", "-1/000", "0/x000/000", "0/000/001", "0/x001/x234", "0/x001/x234/67",
        "0/000.p/0", "0/000.p/256", "0/000.p/01", "0/000.p/", "0/000.p", "entries/000.p/300", "data/000", "0/０００", "0/000\n",
        "", "../000", "0/000/",
    ],
)  # fmt: skip
def test_any_other_spelling_is_no_tile(path: str) -> None:
    with pytest.raises(ValueError, match="not the path"):
        parse_path(path)


def test_a_tree_of_70_000_has_the_tiles_of_the_specification_s_example() -> None:
    tiles = [tile for tile in tiles_of(70_000) if tile.level is not None]
    full = Counter(tile.level for tile in tiles if tile.width == 256)
    partial = {tile.level: tile.width for tile in tiles if tile.width < 256}
    assert full == {0: 273, 1: 1}
    assert partial == {0: 112, 1: 17, 2: 1}


def test_a_tree_of_256_has_a_full_tile_and_a_partial_one_above() -> None:
    assert list(tiles_of(256)) == [Tile(None, 0), Tile(0, 0), Tile(1, 0, 1)]
    assert list(tiles_of(0)) == []


@given(st.integers(0, 200_000))
def test_a_tree_has_exactly_the_tiles_that_lie_within_it(size: int) -> None:
    for tile in tiles_of(size):
        assert tile.within(size)
        assert tile.width == 256 or not Tile(tile.level, tile.number, tile.width + 1).within(size)


@given(st.lists(st.binary(max_size=300), max_size=20))
def test_an_entry_bundle_gives_back_its_leaves(leaves: list[bytes]) -> None:
    bundle = pack_entries(leaves)
    assert unpack_entries(bundle) == leaves
    if leaves:
        with pytest.raises(ValueError, match="middle"):
            unpack_entries(bundle[:-1])


def test_an_entry_bundle_is_length_and_leaf_in_turn() -> None:
    assert pack_entries([b"", b"\x01\x02", b"x" * 258]) == b"\x00\x00\x00\x02\x01\x02\x01\x02" + b"x" * 258


LEAF = Leaf("publish", "abcdefgh234567aa", 1, "2026-11-22T02:00:00Z", "0" * 64, None)

leaves = st.builds(
    Leaf,
    action=st.from_regex(r"\A[a-z][a-z0-9_.-]{0,39}\Z"),
    record=st.from_regex(r"\A[A-Za-z0-9_.:@/+-]{1,120}\Z"),
    version=st.integers(1, 2**53 - 1),
    time=st.just("2026-11-22T02:00:00Z"),
    digest=st.binary(min_size=32, max_size=32).map(bytes.hex),
    restricted=st.none() | st.binary(min_size=32, max_size=32).map(bytes.hex),
)


@given(leaves)
def test_a_leaf_is_canonical_json_and_reads_back(leaf: Leaf) -> None:
    assert leaf.encode() == canonical({"format": FORMAT, **leaf._asdict()})
    assert parse_leaf(leaf.encode()) == leaf


WRONG = [
    {"record": "张三"},
    {"record": ""},
    {"record": "a b"},
    {"record": 'a"b'},
    {"action": "Publish"},
    {"version": 0},
    {"version": 2**53},
    {"digest": "0" * 63},
    {"restricted": ""},
    {"time": "2026-11-22T02:00:00+08:00"},
]


@pytest.mark.parametrize("wrong", WRONG, ids=str)
def test_what_could_name_somebody_or_is_malformed_never_becomes_a_leaf(wrong: dict) -> None:
    with pytest.raises(ValueError, match="not a leaf"):
        LEAF._replace(**wrong).encode()


@pytest.mark.parametrize(
    "stored",
    [
        b"",
        b"[]",
        b"{}",
        b"\xff",
        LEAF.encode() + b" ",
        LEAF.encode().replace(b'"version":1', b'"version":1.0'),
        LEAF.encode().replace(b'"version":1', b'"version":true'),
        LEAF.encode().replace(b"leaf/1", b"leaf/2"),
        json.dumps({"format": FORMAT, **LEAF._asdict()}).encode(),
        LEAF.encode().replace(b"{", b'{"a":1,'),
    ],
)
def test_bytes_that_are_not_exactly_a_leaf_are_refused(stored: bytes) -> None:
    with pytest.raises(ValueError, match="not a leaf"):
        parse_leaf(stored)
