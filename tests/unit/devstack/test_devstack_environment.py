"""Variables already set win; then .env; then what the devstack makes up."""

import errno
import stat
from pathlib import Path

import pytest

from payments_site.devstack.environment import (
    complete_environment,
    given_environment,
    read_dotenv,
    throwaway_production,
    var_dir_of,
    with_default_ports,
)
from payments_site.devstack.errors import DevstackError

SERVICES = {"DATABASE_URL": "postgres://embedded", "REDIS_URL": "unix:///embedded"}


def test_dotenv_reads_quotes_exports_and_skips_comments(tmp_path):
    (tmp_path / ".env").write_text("# c\nA=1\nexport B='two words'\n  C = \"x=y\" \nnonsense\n#D=4\n")
    assert read_dotenv(tmp_path / ".env") == {"A": "1", "B": "two words", "C": "x=y"}


def test_a_missing_dotenv_is_empty(tmp_path):
    assert read_dotenv(tmp_path / ".env") == {}


def test_the_real_environment_beats_dotenv(tmp_path):
    (tmp_path / ".env").write_text("PORT=1\nLOG_LEVEL=DEBUG\n")
    assert given_environment({"PORT": "2"}, tmp_path) == {"PORT": "2", "LOG_LEVEL": "DEBUG"}


def test_a_variable_set_to_nothing_counts_as_not_set(tmp_path):
    assert given_environment({"DATABASE_URL": ""}, tmp_path) == {}


def test_production_settings_are_never_used_by_the_devstack(tmp_path):
    assert given_environment({"DJANGO_SETTINGS_MODULE": "payments_site.settings.production"}, tmp_path) == {}


def test_nothing_that_is_already_set_is_overridden(tmp_path):
    given = {
        "DJANGO_SETTINGS_MODULE": "elsewhere.settings",
        "DATABASE_URL": "postgres://own",
        "REDIS_URL": "redis://own",
        "SECRET_KEY": "own",
        "FERNET_KEYS": "own",
        "PORT": "9000",
        "SANDBOX_PORT": "9001",
        "SHOP_PORT": "9002",
        "PUBLIC_BASE_URL": "https://own",
        "VNPAY_PAYMENT_URL": "https://own/pay",
        "VNPAY_API_URL": "https://own/api",
        "CALLBACK_ALLOWED_HOSTS": "own.example",
    }
    assert complete_environment(given, tmp_path, SERVICES).items() >= given.items()


def test_addresses_follow_the_ports(tmp_path):
    made = complete_environment({"PORT": "9000", "SANDBOX_PORT": "9001"}, tmp_path, SERVICES)
    assert made["PUBLIC_BASE_URL"] == "http://127.0.0.1:9000"
    assert made["VNPAY_PAYMENT_URL"] == "http://127.0.0.1:9001/vnpay/paymentv2/vpcpay.html"
    assert made["VNPAY_API_URL"] == "http://127.0.0.1:9001/vnpay/merchant_webapi/api/transaction"
    assert made["SHOP_PORT"] == "8200"
    assert made["CALLBACK_ALLOWED_HOSTS"] == "127.0.0.1,localhost"
    assert made["DATABASE_URL"] == "postgres://embedded"


def test_keys_are_made_once_and_kept_private(tmp_path):
    first = complete_environment({}, tmp_path, SERVICES)
    second = complete_environment({}, tmp_path, SERVICES)
    assert first["FERNET_KEYS"] == second["FERNET_KEYS"]
    assert first["SECRET_KEY"] == second["SECRET_KEY"]
    assert stat.S_IMODE((tmp_path / "secrets.json").stat().st_mode) == 0o600


def test_fernet_takes_the_generated_key(tmp_path):
    from cryptography.fernet import Fernet

    fernet = Fernet(complete_environment({}, tmp_path, SERVICES)["FERNET_KEYS"])
    assert fernet.decrypt(fernet.encrypt(b"x")) == b"x"


def test_default_ports_give_way_to_given_ones():
    ports = with_default_ports({"SANDBOX_PORT": "1"})
    assert ports == {"PORT": "8000", "SANDBOX_PORT": "1", "SHOP_PORT": "8200"}


def test_an_unwritable_var_dir_is_said_plainly(tmp_path):
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(DevstackError, match=r"cannot be written \(Not a directory\).*make run VAR_DIR="):
        var_dir_of({"VAR_DIR": str(tmp_path / "file" / "var")})


def test_a_var_dir_without_permission_is_said_plainly(tmp_path, monkeypatch):
    def refuse(*_arguments, **_options):
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(Path, "write_text", refuse)  # root may write anywhere, so a chmod would prove nothing
    with pytest.raises(DevstackError, match="Permission denied"):
        var_dir_of({"VAR_DIR": str(tmp_path / "var")})


def test_a_relative_var_dir_is_below_the_project(tmp_path):
    assert var_dir_of({"VAR_DIR": "data"}, tmp_path) == tmp_path / "data"


def test_the_throwaway_production_is_new_every_time():
    assert throwaway_production()["SECRET_KEY"] != throwaway_production()["SECRET_KEY"]
