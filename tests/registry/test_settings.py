"""An administrator sets the service up by environment variables, and hears of every mistake at once."""

from pathlib import Path

import pytest

from registry.kernel.settings import Settings, SettingsInvalid


def test_nothing_needs_to_be_set(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    settings = Settings.load({})
    assert settings.home == tmp_path / "var"
    assert settings.database_url == f"sqlite:///{tmp_path}/var/legalcredit.db"
    assert (settings.port, settings.public_url) == (8000, "http://127.0.0.1:8000")


def test_everything_can_be_set(tmp_path: Path) -> None:
    settings = Settings.load(
        {
            "LEGALCREDIT_HOME": str(tmp_path),
            "DATABASE_URL": "postgres://clerk:pa%2Fss@db.example/office?sslmode=require",
            "PORT": "9000",
            "LEGALCREDIT_URL": "https://credit.example.gov.cn/",
            "LEGALCREDIT_ORIGIN": "credit.example.gov.cn",
            "LEGALCREDIT_BUREAU": "示范市司法局",
            "LEGALCREDIT_BUREAU_USCC": "91310000775785552L",
            "LEGALCREDIT_REGION": "350200",
            "LEGALCREDIT_PROXIES": "2",
            "LEGALCREDIT_LOG_LEVEL": "warning",
        }
    )
    assert settings.database_url == "postgresql+psycopg://clerk:pa%2Fss@db.example/office?sslmode=require"
    assert (settings.port, settings.public_url) == (9000, "https://credit.example.gov.cn")
    assert settings.secure_cookies
    assert (settings.bureau_uscc, settings.region, settings.proxies) == ("91310000775785552L", "350200", 2)
    assert settings.log_level == "WARNING"
    assert "ss@db" not in repr(settings), "a trace of a fault must not hold the password"


WRONG = {
    "DATABASE_URL": "mysql://root@localhost/x",
    "PORT": "80a",
    "LEGALCREDIT_URL": "credit.example.gov.cn",
    "LEGALCREDIT_ORIGIN": "Credit Example",
    "LEGALCREDIT_BUREAU_USCC": "913100007757855520",
    "LEGALCREDIT_REGION": "0350200",
    "LEGALCREDIT_PROXIES": "-1",
    "LEGALCREDIT_LOG_LEVEL": "LOUD",
}


def test_all_mistakes_are_told_at_once() -> None:
    with pytest.raises(SettingsInvalid) as told:
        Settings.load(WRONG)
    assert [fault.partition(":")[0] for fault in told.value.faults] == list(WRONG)


@pytest.mark.parametrize("name", WRONG)
def test_each_mistake_is_told_alone_in_both_languages(name: str) -> None:
    with pytest.raises(SettingsInvalid) as told:
        Settings.load({name: WRONG[name]})
    (fault,) = told.value.faults
    assert fault.startswith(f"{name}: ")
    assert any("\u4e00" <= letter <= "\u9fff" for letter in fault)
    assert WRONG[name] not in fault


def test_https_without_a_proxy_is_told_because_every_visitor_would_share_one_address() -> None:
    with pytest.raises(SettingsInvalid, match="LEGALCREDIT_PROXIES"):
        Settings.load({"LEGALCREDIT_URL": "https://credit.example.gov.cn"})
    with pytest.raises(SettingsInvalid, match="LEGALCREDIT_PROXIES"):
        Settings.load({"LEGALCREDIT_URL": "https://credit.example.gov.cn", "LEGALCREDIT_PROXIES": "0"})


@pytest.mark.parametrize("port", ["0", "65536", "", "８０", "1e3"])
def test_a_port_is_a_number_that_a_server_can_have(port: str) -> None:
    with pytest.raises(SettingsInvalid, match="PORT"):
        Settings.load({"PORT": port})
