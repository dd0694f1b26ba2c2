"""The bank directory: every bank under its present name, by code and by BIN."""

from __future__ import annotations

import pytest

from transactions.providers.banks import directory
from transactions.providers.banks.directory import BANKS, Bank, by_bin, by_code, name_of

MAIN = """
VCB 970436, TCB 970407, BIDV 970418, CTG 970415, Agribank 970405, MB 970422, ACB 970416, VPB 970432, TPB 970423, STB 970403,
VIB 970441, SHB 970443, HDB 970437, MSB 970426, OCB 970448, SCB 970429, EIB 970431, SSB 970440, LPB 970449, ABB 970425,
BVB 970454, PVcom 970412, NAB 970428, KLB 970452, NCB 970419, Saigonbank 970400, BacA 970409, VietA 970427, VietBank 970433,
PGB 970430, CAKE 546034, Ubank 546035, Timo 963388, Liobank 963369, MoMo 971025
"""


@pytest.mark.parametrize("pair", [pair.strip() for pair in MAIN.split(",")])
def test_a_usual_code_and_its_bin_are_one_bank(pair: str) -> None:
    code, number = pair.split()
    assert by_code(code) is not None
    assert by_code(code) is by_bin(number)


@pytest.mark.parametrize(
    ("number", "now", "before"),
    [
        ("970449", "LPBank", "LienVietPostBank"),
        ("970406", "Vikki Bank", "DongA Bank"),
        ("970414", "MBV", "Ocean Bank"),
        ("970444", "VCBNeo", "CB Bank"),
    ],
)
def test_a_renamed_bank_is_shown_by_its_present_name(number: str, now: str, before: str) -> None:
    bank = by_bin(number)
    assert bank is not None
    assert bank.short_name == now
    assert before in bank.former_names


def test_a_code_of_a_bank_that_was_renamed_leads_to_what_it_became() -> None:
    for former, now in (("DONGABANK", "VIKKI"), ("OCEANBANK", "MBV"), ("VNCB", "VCBNEO")):
        assert by_code(former) is by_code(now)


def test_a_bank_without_a_bin_and_bins_that_are_not_9704_are_kept() -> None:
    cambodian = by_code("BIDC")
    assert cambodian is not None
    assert (cambodian.bin, cambodian.receives) == ("", False)
    assert by_bin("") is None
    for number, name in (("668888", "Kasikornbank"), ("458761", "HSBC Vietnam")):
        bank = by_bin(number)
        assert bank is not None
        assert bank.short_name == name


def test_an_unknown_bank_is_nobody() -> None:
    assert by_code("ZZZ") is None
    assert by_bin("999999") is None
    assert name_of("999999") == ""


def test_a_name_is_told_in_both_languages() -> None:
    assert name_of("970436") == "Vietcombank - Ngân hàng TMCP Ngoại Thương Việt Nam"
    assert name_of("970436", "en") == "Vietcombank - Joint Stock Commercial Bank for Foreign Trade of Vietnam"


@pytest.mark.parametrize("bank", BANKS, ids=lambda bank: bank.code)
def test_a_row_is_whole(bank: Bank) -> None:
    assert bank.code == bank.code.upper()
    assert bank.short_name
    assert bank.name_vi
    assert bank.name_en.isascii()
    assert bank.bin == "" or (len(bank.bin) == 6 and bank.bin.isdigit())
    assert bank.receives or not bank.sends


def test_a_key_that_leads_to_two_banks_is_refused() -> None:
    one, other = BANKS[:2]
    with pytest.raises(ValueError, match="two banks"):
        directory._index([("A", one), ("A", other)])
