"""Sealed data opens with its key, and with no other."""

import pytest
from cryptography.fernet import Fernet
from hypothesis import given, settings
from hypothesis import strategies as st

from payments_site.kernel.sealing import KeyDestroyed, SealBroken, blind_index, new_data_key, seal, unseal, unwrap

MASTER = Fernet.generate_key().decode()


@settings(max_examples=30)
@given(st.binary(max_size=2_000))
def test_what_is_sealed_opens_with_the_unwrapped_key(plain):
    key, wrapped = new_data_key([MASTER])
    assert unseal(seal(plain, key), unwrap(wrapped, [MASTER])) == plain


def test_every_record_has_a_key_of_its_own():
    one, other = new_data_key([MASTER])[0], new_data_key([MASTER])[0]
    with pytest.raises(SealBroken):
        unseal(seal(b"x", one), other)


def test_a_changed_byte_breaks_the_seal():
    key, _ = new_data_key([MASTER])
    sealed = bytearray(seal(b"secret", key))
    sealed[20] ^= 1
    with pytest.raises(SealBroken):
        unseal(bytes(sealed), key)


def test_a_rotated_master_key_still_opens_what_the_old_one_wrapped():
    newer = Fernet.generate_key().decode()
    key, wrapped = new_data_key([MASTER])
    assert unwrap(wrapped, [newer, MASTER]) == key
    with pytest.raises(SealBroken):
        unwrap(wrapped, [newer])


@pytest.mark.parametrize("gone", [None, b""])
def test_a_destroyed_key_is_said_as_such(gone):
    with pytest.raises(KeyDestroyed):
        unwrap(gone, [MASTER])


def test_the_index_is_blind_to_case_and_spaces_and_tied_to_its_key():
    assert blind_index(" A@B.vn ", "k") == blind_index("a@b.VN", "k")
    assert blind_index("a@b.vn", "k") != blind_index("a@b.vn", "other")
    assert blind_index("a@b.vn", "k") != blind_index("a@c.vn", "k")
