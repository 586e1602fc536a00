"""Numbers of people are sealed at rest; who has the database without the keys has nothing."""

import base64
import json
import os
import threading
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.kernel.access import Actor
from registry.kernel.host import Host, build_app
from registry.kernel.secrets import KeyMissing, Keyring
from registry.kernel.settings import Settings
from registry.kernel.workdays import load_year
from tests.commands import Commands

NUMBER = "11010519491231002X"


@pytest.fixture
def keys(tmp_path: Path) -> Keyring:
    return Keyring.open(tmp_path / "keys", origin="example.org")


@given(st.text())
def test_what_is_sealed_opens_again(text: str) -> None:
    ring = Keyring(fields={1: b"k" * 32}, index=b"i" * 32, root=b"r" * 32, origin="example.org")
    sealed = ring.encrypt(text, "reg_people.id_number")
    assert ring.decrypt(sealed, "reg_people.id_number") == text
    assert len(text) < 4 or text.encode() not in sealed


def test_equal_numbers_are_sealed_differently(keys: Keyring) -> None:
    assert keys.encrypt(NUMBER, "a.b") != keys.encrypt(NUMBER, "a.b")


def test_no_altered_byte_opens(keys: Keyring) -> None:
    sealed = keys.encrypt(NUMBER, "a.b")
    for position in range(len(sealed)):
        altered = bytearray(sealed)
        altered[position] ^= 1
        with pytest.raises(KeyMissing):
            keys.decrypt(bytes(altered), "a.b")
    for length in range(len(sealed)):
        with pytest.raises(KeyMissing):
            keys.decrypt(sealed[:length], "a.b")


def test_a_value_moved_to_another_column_does_not_open(keys: Keyring) -> None:
    with pytest.raises(KeyMissing, match=r"a\.c"):
        keys.decrypt(keys.encrypt(NUMBER, "a.b"), "a.c")


def test_after_rotation_old_text_opens_and_new_text_is_under_the_new_key(tmp_path: Path) -> None:
    folder = tmp_path / "keys"
    old = Keyring.open(folder, origin="example.org")
    sealed = old.encrypt(NUMBER, "a.b")
    (folder / "field-2.key").write_text(base64.b64encode(os.urandom(32)).decode())
    new = Keyring.open(folder, origin="example.org")
    assert new.decrypt(sealed, "a.b") == NUMBER
    assert new.encrypt(NUMBER, "a.b")[:2] == b"\x00\x02"
    with pytest.raises(KeyMissing, match="field key 2"):
        old.decrypt(new.encrypt(NUMBER, "a.b"), "a.b")


def test_blind_indexes_meet_within_a_column_alone(keys: Keyring) -> None:
    assert keys.blind(NUMBER, "a.b") == keys.blind(NUMBER, "a.b")
    assert keys.blind(NUMBER, "a.b") != keys.blind(NUMBER, "a.c")
    assert NUMBER not in keys.blind(NUMBER, "a.b")


def test_the_keys_of_an_installation_stay(tmp_path: Path) -> None:
    first, second = (Keyring.open(tmp_path / "keys", origin="example.org") for _ in range(2))
    assert second.decrypt(first.encrypt(NUMBER, "a.b"), "a.b") == NUMBER
    assert first.secret("cookies") == second.secret("cookies") != first.secret("other")
    assert first.signing_key("public").private_bytes_raw() == second.signing_key("public").private_bytes_raw()
    assert first.signing_key("public").private_bytes_raw() != first.signing_key("audit").private_bytes_raw()
    assert first.origin("public") == "example.org/public"


def test_key_files_are_for_the_service_alone(tmp_path: Path) -> None:
    Keyring.open(tmp_path / "keys", origin="example.org")
    assert (tmp_path / "keys").stat().st_mode & 0o077 == 0
    assert {path.stat().st_mode & 0o077 for path in (tmp_path / "keys").iterdir()} == {0}


def test_the_folder_of_keys_and_database_is_for_the_service_alone(tmp_path: Path) -> None:
    """Names and decisions lie in it unsealed; other accounts of the machine have no business with them."""
    Keyring.open(tmp_path / "first" / "keys", origin="example.org")
    url = f"sqlite:///{tmp_path}/second/legalcredit.db"
    Host(Settings(home=tmp_path / "second", database_url=url), ()).engine.dispose()
    assert {(tmp_path / name).stat().st_mode & 0o077 for name in ("first", "second")} == {0}


def test_workers_that_start_together_agree_on_the_keys(tmp_path: Path) -> None:
    rings: list[Keyring] = []
    start = threading.Barrier(8)

    def begin() -> None:
        start.wait()
        rings.append(Keyring.open(tmp_path / "home" / "keys", origin="example.org"))

    threads = [threading.Thread(target=begin) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({ring.secret("cookies") for ring in rings}) == 1
    assert [path.name for path in (tmp_path / "home").iterdir()] == ["keys"]


def test_a_database_in_use_never_gets_fresh_keys(host: Host, home: Path) -> None:
    """After a restore without `keys/`, or on a second host that has no copy: nothing is made, and the start says why."""
    actor = Actor.command("db upgrade")
    with host.work.write(actor) as session:
        load_year(session, actor, year=2026)
    (home / "keys").rename(home / "elsewhere")
    with pytest.raises(KeyMissing, match="restore the keys"):
        build_app(host.settings, ())
    assert not (home / "keys").exists()
    (home / "elsewhere").rename(home / "keys")
    build_app(host.settings, ())


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_server_without_its_keys_does_not_start(legalcredit: Commands, home: Path) -> None:
    assert legalcredit("db", "upgrade").returncode == 0
    (home / "keys").rename(home / "elsewhere")
    for command in (("serve",), ("db", "upgrade"), ("jobs", "once", "expire")):
        refused = legalcredit(*command, timeout=30)
        assert refused.returncode == 1
        assert json.loads(refused.stderr)["error"] == "key"
    assert not (home / "keys").exists()


def test_a_database_that_does_not_answer_gets_no_fresh_keys_either(home: Path) -> None:
    away = Settings(home=home, database_url="postgresql+psycopg://nobody@127.0.0.1:1/nothing")
    with pytest.raises(KeyMissing, match="no database to tell"):
        build_app(away, ())
    assert not (home / "keys").exists()


@pytest.mark.parametrize("damage", ["field-1.key", "index.key", "root.key"])
def test_a_missing_or_damaged_key_stops_the_service(tmp_path: Path, damage: str) -> None:
    """It must not make a fresh key in its place: everything sealed so far would be lost without a word."""
    Keyring.open(tmp_path / "keys", origin="example.org")
    (tmp_path / "keys" / damage).write_text("c2hvcnQ=")
    with pytest.raises(KeyMissing):
        Keyring.open(tmp_path / "keys", origin="example.org")
    (tmp_path / "keys" / damage).unlink()
    with pytest.raises(KeyMissing):
        Keyring.open(tmp_path / "keys", origin="example.org")
