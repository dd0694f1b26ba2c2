"""Changes every single byte of a signed message, of its key and of its signature, and sees each refused."""

from collections.abc import Callable

Verify = Callable[[str, str, str], bool]


def refuses_every_changed_byte_of_the_message(verify: Verify, secret: str, message: str, signature: str) -> None:
    assert verify(secret, message, signature)
    raw = message.encode()
    for position in range(len(raw)):
        for mask in (0x01, 0x20, 0x80):
            changed = raw[:position] + bytes([raw[position] ^ mask]) + raw[position + 1 :]
            assert not verify(secret, changed.decode("latin-1"), signature), position
        assert not verify(secret, (raw[:position] + raw[position + 1 :]).decode("latin-1"), signature), position


def refuses_every_changed_byte_of_the_key(verify: Verify, secret: str, message: str, signature: str) -> None:
    for position, letter in enumerate(secret):
        changed = secret[:position] + chr(ord(letter) ^ 1) + secret[position + 1 :]
        assert not verify(changed, message, signature), position


def refuses_every_changed_byte_of_the_signature(verify: Verify, secret: str, message: str, signature: str) -> None:
    for position, digit in enumerate(signature):
        for other in (f"{int(digit, 16) ^ 1:x}", "g", "é", "\0"):
            assert not verify(secret, message, signature[:position] + other + signature[position + 1 :]), position
    for malformed in ("", signature[:-1], signature + "0", f" {signature}", f"{signature}\n", signature.upper()):
        assert not verify(secret, message, malformed)
