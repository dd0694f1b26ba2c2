"""Private files and directories."""

import os
import stat
from pathlib import Path

import pytest

from payments_site.devstack.errors import DevstackError
from payments_site.devstack.files import fits_socket, owned_dir, persistent_secret, socket_dir, tail, write_private


def _mode(path):
    return stat.S_IMODE(path.stat().st_mode)


def test_a_secret_is_made_once_and_only_we_may_read_it(tmp_path):
    first = persistent_secret(tmp_path / "s")
    assert persistent_secret(tmp_path / "s") == first
    assert len(first) >= 32
    assert first.isalnum()
    assert _mode(tmp_path / "s") == 0o600


def test_an_empty_secret_file_is_filled(tmp_path):
    (tmp_path / "s").touch()
    assert persistent_secret(tmp_path / "s")


def test_a_failed_write_leaves_the_old_file_and_no_draft(tmp_path):
    write_private(tmp_path / "f", "old")
    with pytest.raises(UnicodeEncodeError):
        write_private(tmp_path / "f", "\ud800")
    assert [path.name for path in tmp_path.iterdir()] == ["f"]
    assert (tmp_path / "f").read_text() == "old"


def test_a_symbolic_link_in_a_public_place_is_refused(tmp_path):
    (tmp_path / "mine").mkdir()
    (tmp_path / "trap").symlink_to(tmp_path / "mine")
    with pytest.raises(DevstackError, match="cannot be trusted"):
        owned_dir(tmp_path / "trap", 0o755)


def test_a_file_in_a_public_place_is_refused(tmp_path):
    (tmp_path / "trap").touch()
    with pytest.raises((DevstackError, FileExistsError)):
        owned_dir(tmp_path / "trap", 0o755)


def test_a_directory_of_somebody_else_is_refused(tmp_path, monkeypatch):
    (tmp_path / "trap").mkdir()
    monkeypatch.setattr(os, "geteuid", lambda: (tmp_path / "trap").stat().st_uid + 1)
    with pytest.raises(DevstackError, match="cannot be trusted"):
        owned_dir(tmp_path / "trap", 0o755)


def test_permissions_of_an_owned_dir_are_put_right(tmp_path):
    (tmp_path / "d").mkdir()
    (tmp_path / "d").chmod(0o777)
    assert _mode(owned_dir(tmp_path / "d", 0o700)) == 0o700


def test_a_socket_path_of_107_bytes_fits_and_108_does_not():
    assert fits_socket(Path("/" + "a" * 106))
    assert not fits_socket(Path("/" + "a" * 107))
    assert not fits_socket(Path("/" + "ộ" * 36))


def test_a_long_socket_path_moves_to_a_private_short_place(tmp_path):
    deep = tmp_path / ("d" * 100)
    place = socket_dir(deep, "x.sock")
    assert fits_socket(place / "x.sock")
    assert place == socket_dir(deep, "x.sock")
    assert _mode(place) == 0o700
    place.rmdir()


def test_the_tail_of_a_log_is_its_last_lines(tmp_path):
    (tmp_path / "log").write_text("\n".join(map(str, range(100))))
    assert tail(tmp_path / "log", 2) == "98\n99"
    assert tail(tmp_path / "none") == ""
