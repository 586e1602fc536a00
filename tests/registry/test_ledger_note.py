"""Signed notes and checkpoints: those that other implementations made open here, and nothing forged does."""

import base64
import json
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from registry.ledger.checkpoint import Checkpoint, open_checkpoint, parse_checkpoint, sign_checkpoint
from registry.ledger.note import NoteError, Signer, open_note, parse_vkey, sign_note

GOLDEN = json.loads((Path(__file__).parents[1] / "golden/ledger/notes.json").read_text(encoding="utf-8"))
KEY = GOLDEN["signing_key"]
PETER = Signer(KEY["name"], Ed25519PrivateKey.from_private_bytes(bytes.fromhex(KEY["seed"])))
OURS = Signer("legalcredit.example/public", Ed25519PrivateKey.from_private_bytes(bytes(range(32))))
NOTE = GOLDEN["notes"][0]


@pytest.mark.parametrize("case", GOLDEN["notes"], ids=lambda case: case["source"])
def test_a_note_that_another_implementation_signed_opens(case: dict) -> None:
    opened = open_note(case["note"], [parse_vkey(case["vkey"])])
    assert case["note"].startswith(opened.text + "\n")
    assert len(opened.verified) == 1


@pytest.mark.parametrize("case", GOLDEN["checkpoints"], ids=lambda case: case["source"])
def test_the_go_checksum_database_s_checkpoint_opens(case: dict) -> None:
    checkpoint = open_checkpoint(case["note"], [parse_vkey(case["vkey"])], origin=case["origin"])
    assert (checkpoint.origin, checkpoint.size) == (case["origin"], case["size"])
    with pytest.raises(NoteError, match="not of legalcredit"):
        open_checkpoint(case["note"], [parse_vkey(case["vkey"])], origin="legalcredit.example/public")


def test_signatures_of_a_witness_whose_keys_we_do_not_know_are_passed_over() -> None:
    case = GOLDEN["checkpoints"][0]
    opened = open_note(case["note"], [parse_vkey(case["vkey"])])
    assert [signature.name for signature in opened.verified] == ["sum.golang.org"]
    assert [signature.name for signature in opened.unknown] == ["test.example.com", "test.example.com"]


def test_signing_with_go_s_example_key_gives_go_s_note_byte_for_byte() -> None:
    text = open_note(NOTE["note"], [PETER.verifier]).text
    assert sign_note(text, [PETER]) == NOTE["note"]
    assert PETER.verifier.vkey == NOTE["vkey"]


def test_a_note_of_two_keys_opens_with_either_and_keeps_the_order() -> None:
    note = sign_note("两把密钥\n", [PETER, OURS])
    assert [s.name for s in open_note(note, [OURS.verifier, PETER.verifier]).verified] == [
        PETER.name,
        OURS.name,
    ]
    assert [s.name for s in open_note(note, [OURS.verifier]).unknown] == [PETER.name]


def test_one_wrong_signature_of_a_known_key_spoils_a_note_that_another_key_signed() -> None:
    note = sign_note("一\n", [PETER]) + sign_note("二\n", [OURS]).rpartition("\n\n")[2]
    assert open_note(note, [PETER.verifier]).text == "一\n"
    with pytest.raises(NoteError, match="wrong signature of legalcredit"):
        open_note(note, [PETER.verifier, OURS.verifier])


def test_a_note_that_no_known_key_signed_does_not_open() -> None:
    with pytest.raises(NoteError, match="no known key"):
        open_note(NOTE["note"], [OURS.verifier])


SIGNATURE_LINE = NOTE["note"].splitlines()[-1]


@pytest.mark.parametrize(
    "note",
    [
        "",
        "text\n",
        "text\n\n",
        "text\n" + SIGNATURE_LINE + "\n",
        "text\n\n" + SIGNATURE_LINE,
        "text\n\n" + SIGNATURE_LINE.replace("—", "-") + "\n",
        "text\n\n" + SIGNATURE_LINE.replace(" x08", "  x08") + "\n",
        "text\n\n" + SIGNATURE_LINE.replace("PeterNeumann", "Peter+Neumann") + "\n",
        "text\n\n— PeterNeumann x08go/Y=\n",
        "text\n\n— PeterNeumann x08g\n",
        "text\r\n\n" + SIGNATURE_LINE + "\n",
        "text\n\n" + (SIGNATURE_LINE + "\n") * 101,
    ],
)
def test_a_malformed_note_does_not_open(note: str) -> None:
    with pytest.raises(NoteError):
        open_note(note, [PETER.verifier])


@given(st.data())
def test_no_altered_byte_of_a_signed_note_goes_unnoticed(data: st.DataObject) -> None:
    """Not even the spare bits of base64, which many decoders drop."""
    note = sign_checkpoint(Checkpoint(OURS.name, 7, bytes(32)), [OURS]).encode()
    at, value = data.draw(st.integers(0, len(note) - 1)), data.draw(st.integers(1, 255))
    altered = note[:at] + bytes([note[at] ^ value]) + note[at + 1 :]
    with pytest.raises((NoteError, UnicodeDecodeError)):
        open_note(altered.decode(), [OURS.verifier])


@pytest.mark.parametrize(
    "vkey",
    [
        "",
        "PeterNeumann",
        "PeterNeumann+c74f20a3",
        "PeterNeumann+c74f20a4+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
        "PeterNeumanm+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
        "PeterNeumann+C74F20A3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
        "PeterNeumann+cc469956+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TWBADKEY==",
        "PeterNeumann+173116ae+ZRpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
        "Peter Neumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
        "+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
    ],
)
def test_a_mangled_verifier_key_is_refused(vkey: str) -> None:
    with pytest.raises(NoteError):
        parse_vkey(vkey)


def test_a_checkpoint_says_origin_size_and_root_in_three_lines() -> None:
    checkpoint = Checkpoint("legalcredit.example/public", 0, bytes(32))
    assert checkpoint.text == "legalcredit.example/public\n0\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n"
    note = sign_checkpoint(checkpoint, [OURS])
    assert open_checkpoint(note, [parse_vkey(OURS.verifier.vkey)]) == checkpoint


def test_extension_lines_are_kept() -> None:
    checkpoint = Checkpoint("example.com/log", 3, bytes(32), ("extension",))
    assert parse_checkpoint(checkpoint.text) == checkpoint


ROOT = base64.b64encode(bytes(32)).decode()


@pytest.mark.parametrize(
    "text",
    [
        f"origin\n07\n{ROOT}\n",
        f"origin\n-7\n{ROOT}\n",
        f"origin\n+7\n{ROOT}\n",
        f"origin\n７\n{ROOT}\n",
        f"origin\n1_0\n{ROOT}\n",
        f"\n7\n{ROOT}\n",
        "origin\n7\n",
        "origin\n7\nAAAA\n",
        f"origin\n7\n{ROOT[:-2]}B=\n",
        f"origin\n7\n{ROOT}\n\n",
        f"origin\n7\n{ROOT}\n\nextension\n",
        f"origin\n7\n{ROOT}",
    ],
)
def test_text_that_is_not_exactly_a_checkpoint_is_refused(text: str) -> None:
    with pytest.raises(NoteError, match="not a checkpoint"):
        parse_checkpoint(text)
