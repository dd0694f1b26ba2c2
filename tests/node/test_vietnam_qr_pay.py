"""The npm package ``vietnam-qr-pay`` reads the QR texts that we write, writes what we write, and knows our banks."""

from __future__ import annotations

import pytest

from tests.node.sdk import ask
from transactions.providers.banks import directory
from transactions.providers.emvco import TransferQR, build, read

TRANSFERS = [
    TransferQR("970416", "257678859"),
    TransferQR("970416", "257678859", 10_000, "Chuyển tiền"),
    TransferQR("970436", "1234567890", None, "UNG HO"),
    TransferQR("970454", "99ZP24334M81", 500_000_000, "SP0000010Z"),
    TransferQR("970407", "1900123456789012345", 9_999_999_999_999, "THANH TOAN DON HANG 12345"),
]


@pytest.mark.parametrize("transfer", TRANSFERS, ids=lambda transfer: f"{transfer.account}-{transfer.amount}")
def test_the_package_reads_what_we_write(transfer: TransferQR) -> None:
    answer = ask("vietnam-qr-pay", "vietqr_read", text=build(transfer))
    amount = None if transfer.amount is None else str(transfer.amount)
    memo = {"": None, "Chuyển tiền": "Chuyen tien"}.get(transfer.memo, transfer.memo)
    assert answer == {
        "valid": True, "provider": "VIETQR", "service": "QRIBFTTA",
        "bin": transfer.bin, "account": transfer.account, "amount": amount, "memo": memo,
    }  # fmt: skip


@pytest.mark.parametrize("transfer", TRANSFERS, ids=lambda transfer: f"{transfer.account}-{transfer.amount}")
def test_we_write_and_read_what_the_package_writes(transfer: TransferQR) -> None:
    memo = read(build(transfer)).memo
    amount = None if transfer.amount is None else str(transfer.amount)
    text = ask("vietnam-qr-pay", "vietqr_build", bin=transfer.bin, account=transfer.account, amount=amount, memo=memo)
    assert build(transfer) == text
    assert read(text) == TransferQR(transfer.bin, transfer.account, transfer.amount, memo)


def test_one_wrong_character_is_seen_by_the_package_and_by_us() -> None:
    text = build(TRANSFERS[1]).replace("257678859", "257678858")
    assert ask("vietnam-qr-pay", "vietqr_read", text=text)["valid"] is False
    with pytest.raises(ValueError, match="CRC"):
        read(text)


def test_every_bank_of_the_package_is_in_our_directory_under_its_bin_and_its_code() -> None:
    banks = ask("vietnam-qr-pay", "vietqr_banks")
    assert len(banks) == 62
    for bank in banks:
        found = directory.by_code(bank["code"])
        assert found is not None, bank
        assert found.bin == bank["bin"]
        assert bank["shortName"] in (found.short_name, *found.former_names)
        if bank["bin"]:
            assert directory.by_bin(bank["bin"]) is found
