"""The Merkle tree: Certificate Transparency's reference tree, and what must hold of every tree and every proof."""

import json
from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.ledger import merkle
from registry.ledger.merkle import EMPTY_ROOT, Frontier, NodeOf

REFERENCE = json.loads((Path(__file__).parents[1] / "golden/ledger/ct-reference-tree.json").read_text())
LEAVES = [merkle.leaf_hash(bytes.fromhex(leaf)) for leaf in REFERENCE["leaves"]]


def unhex(values: Sequence[str]) -> list[bytes]:
    return [bytes.fromhex(value) for value in values]


def in_memory(hashes: Sequence[bytes]) -> NodeOf:
    """Complete subtrees computed by the definition of RFC 6962 §2.1 alone."""
    return lambda height, index: by_definition(hashes[index << height : (index + 1) << height])


def by_definition(hashes: Sequence[bytes]) -> bytes:
    if not hashes:
        return sha256(b"").digest()
    if len(hashes) == 1:
        return hashes[0]
    k = max(1 << bit for bit in range(len(hashes).bit_length()) if 1 << bit < len(hashes))
    return sha256(b"\x01" + by_definition(hashes[:k]) + by_definition(hashes[k:])).digest()


def test_the_reference_tree_has_the_published_roots() -> None:
    for size, root in enumerate(unhex(REFERENCE["roots"])):
        assert merkle.root(LEAVES[:size]) == root


@pytest.mark.parametrize(
    "case", REFERENCE["inclusion"], ids=lambda case: f"{case['index']} in {case['size']}"
)
def test_the_reference_tree_has_the_published_audit_paths(case: dict) -> None:
    index, size, proof = case["index"], case["size"], unhex(case["proof"])
    assert merkle.inclusion_proof(index, size, in_memory(LEAVES)) == proof
    assert merkle.includes(LEAVES[index], index, size, proof, unhex(REFERENCE["roots"])[size])


@pytest.mark.parametrize("case", REFERENCE["consistency"], ids=lambda case: f"{case['old']} to {case['new']}")
def test_the_reference_tree_has_the_published_consistency_proofs(case: dict) -> None:
    old, new, proof, roots = case["old"], case["new"], unhex(case["proof"]), unhex(REFERENCE["roots"])
    assert merkle.consistency_proof(old, new, in_memory(LEAVES)) == proof
    assert merkle.consistent(old, new, proof, roots[old], roots[new])


hashes = st.integers(1, 600).map(lambda size: [sha256(str(i).encode()).digest() for i in range(size)])


@given(hashes, st.data())
def test_appending_in_any_pieces_gives_the_tree_of_the_definition(
    leaves: list[bytes], data: st.DataObject
) -> None:
    cut = data.draw(st.integers(0, len(leaves)))
    first, lower = Frontier().extend(leaves[:cut])
    whole, upper = Frontier.from_bytes(first.size, first.to_bytes()).extend(leaves[cut:])
    assert whole.root == by_definition(leaves)
    assert lower + upper == Frontier().extend(leaves)[1]
    assert [subtree.number for subtree in lower + upper] == list(range(len(leaves) // 256))
    for subtree in lower + upper:
        assert subtree.root == by_definition(leaves[subtree.number * 256 :][:256])


@given(hashes, st.data())
def test_every_leaf_is_proved_and_no_altered_proof_passes(leaves: list[bytes], data: st.DataObject) -> None:
    index, size = data.draw(st.integers(0, len(leaves) - 1)), len(leaves)
    proof, root = merkle.inclusion_proof(index, size, in_memory(leaves)), by_definition(leaves)
    assert merkle.includes(leaves[index], index, size, proof, root)

    assert not merkle.includes(sha256(b"another").digest(), index, size, proof, root)
    assert not merkle.includes(leaves[index], index, size, [*proof, EMPTY_ROOT], root)
    assert not merkle.includes(leaves[index], index, size, proof, EMPTY_ROOT)
    for other in {index - 1, index + 1, size, -1} - {index}:
        assert not merkle.includes(leaves[index], other, size, proof, root)
    if proof:
        assert not merkle.includes(leaves[index], index, size, proof[1:], root)
        assert not merkle.includes(leaves[index], index, size, altered(proof, data), root)


@given(hashes, st.data())
def test_every_growth_is_proved_and_no_rewriting_passes(leaves: list[bytes], data: st.DataObject) -> None:
    new = len(leaves)
    old = data.draw(st.integers(0, new))
    proof = merkle.consistency_proof(old, new, in_memory(leaves))
    before, after = by_definition(leaves[:old]), by_definition(leaves)
    assert merkle.consistent(old, new, proof, before, after)

    assert not merkle.consistent(old, new, proof, sha256(before).digest(), after)
    assert not merkle.consistent(old, new, [*proof, after], before, after)
    assert not merkle.consistent(new + 1, new, proof, before, after)
    if 0 < old < new:
        assert not merkle.consistent(old, new, proof, before, sha256(after).digest())
        assert not merkle.consistent(old, new, proof[:-1], before, after)
        assert not merkle.consistent(old, new, altered(proof, data), before, after)
        rewritten = [sha256(b"rewritten").digest(), *leaves[1:]]
        forged = merkle.consistency_proof(old, new, in_memory(rewritten))
        assert not merkle.consistent(old, new, forged, before, by_definition(rewritten))


def altered(proof: list[bytes], data: st.DataObject) -> list[bytes]:
    at, bit = data.draw(st.integers(0, len(proof) - 1)), data.draw(st.integers(0, 255))
    flipped = (int.from_bytes(proof[at]) ^ 1 << bit).to_bytes(32)
    return [*proof[:at], flipped, *proof[at + 1 :]]


def test_a_proof_outside_the_tree_is_refused() -> None:
    with pytest.raises(ValueError, match="no leaf 8"):
        merkle.inclusion_proof(8, 8, in_memory(LEAVES))
    with pytest.raises(ValueError, match="from 9 to 8"):
        merkle.consistency_proof(9, 8, in_memory(LEAVES))


def test_a_frontier_that_does_not_fit_its_size_is_refused() -> None:
    with pytest.raises(ValueError, match="3 leaves"):
        Frontier.from_bytes(3, bytes(32))
