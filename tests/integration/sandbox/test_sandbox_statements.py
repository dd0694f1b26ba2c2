"""The sandbox's files of a day: what is on the books, in each provider's columns, for whom has the secret; and wrong on order."""

import csv
import hashlib
import hmac
import io
import time
import urllib.request
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from openpyxl import load_workbook
from sandbox_merchant import VIETNAM, Answer, Merchant, call
from sandbox_momo import Partner
from sandbox_payos import Channel
from sandbox_process import Process
from sandbox_zalopay import App

BANK = {"bin": "970416", "account_number": "257678859", "account_name": "CONG TY SEN", "webhook_secret": "secret of the bank"}
ACCOUNTS = {
    "vnpay": (Merchant.tmn_code, Merchant.secret),
    "momo": (Partner.partner_code, Partner.secret_key),
    "zalopay": (str(App.app_id), App.key1),
    "vietqr": (BANK["account_number"], BANK["webhook_secret"]),
}


def today(days: int = 0) -> date:
    return datetime.now(VIETNAM).date() + timedelta(days=days)


@pytest.fixture
def base(sandbox_process: Process) -> str:
    """An empty sandbox."""
    assert call("POST", f"{sandbox_process.base}/_control/reset").status == 200
    return sandbox_process.base


def ask(base: str, provider: str, *, day: date | None = None, key: str = "", at: int = 0, form: str = "csv") -> Answer:
    """The file as profile 1 asks for it, signed here."""
    account, secret = ACCOUNTS[provider]
    fields = {"account": account, "date": (day or today()).isoformat(), "timestamp": str(at or int(time.time()))}
    text = "|".join(fields.values())
    fields |= {"signature": hmac.new((key or secret).encode(), text.encode(), hashlib.sha256).hexdigest(), "format": form}
    return call("GET", f"{base}/{provider}/statements?{urlencode(fields)}")


def rows_of(answer: Answer, delimiter: str = ",") -> list[dict[str, str]]:
    assert answer.status == 200, answer.text
    return list(csv.DictReader(io.StringIO(answer.text.removeprefix("\ufeff")), delimiter=delimiter))


def change(base: str, provider: str, **body: Any) -> Answer:
    return call("POST", f"{base}/_control/{provider}/statements", body)


@pytest.fixture
def partner(base: str) -> Partner:
    """MoMo's merchant, of whom nobody takes notices."""
    partner = Partner(base)
    assert partner.register().status == 201
    assert partner.control("settings", notice_intervals=[]).status == 200
    return partner


def paid(partner: Partner, **changes: Any) -> Any:
    return partner.pay(partner.order(**changes), outcome="paid", notice="none")


def test_momo_lists_payments_and_refunds_of_both_kinds(partner: Partner) -> None:
    payment = paid(partner)
    by_api = partner.refund(payment, 10_000).json
    by_hand = partner.control("portal_refunds", reference=payment["reference"], amount=20_000).json
    lines = rows_of(ask(partner.base, "momo"))
    assert [(line["type"], line["transId"], line["refundTransId"], line["amount"]) for line in lines] == [
        ("payment", payment["transaction_no"], "", "100000"),
        ("refund", payment["transaction_no"], str(by_api["transId"]), "10000"),
        ("refund", payment["transaction_no"], by_hand["refund_no"], "20000"),
    ]
    assert [line["orderId"] for line in lines] == [payment["reference"], by_api["orderId"], ""]
    assert {line["resultCode"] for line in lines} == {"0"}
    assert abs(int(lines[0]["responseTime"]) / 1_000 - time.time()) < 60


def test_what_failed_is_held_or_still_open_is_no_line(partner: Partner) -> None:
    partner.order()
    partner.pay(partner.order(), outcome="fail", notice="none")
    partner.pay(partner.order(autoCapture=False), outcome="paid", notice="none")
    assert rows_of(ask(partner.base, "momo")) == []


def test_a_payment_that_was_paid_twice_is_two_lines(partner: Partner) -> None:
    payment = partner.pay(partner.order(), outcome="pay_twice", notice="none")
    numbers = [line["transId"] for line in rows_of(ask(partner.base, "momo"))]
    assert numbers == [payment["transaction_no"], payment["second_no"]]


def test_the_fee_is_percent_and_fixed_part_with_tax_half_up(partner: Partner) -> None:
    fees = {"basis_points": 110, "fixed": 1_650, "minimum": 0, "maximum": 2_800, "vat_basis_points": 1_000}
    assert change(partner.base, "momo", account=partner.partner_code, fees=fees).status == 201
    paid(partner, amount=100_050)
    paid(partner, amount=1_000_000)
    # 1100.55 -> 1101, + 1650 = 2751, + 275.1 -> 275; the second one at its most, 2800 + 280.
    assert [line["fee"] for line in rows_of(ask(partner.base, "momo"))] == ["3026", "3080"]


def test_a_registration_may_name_the_fees_and_another_one_without_them_leaves_them(partner: Partner) -> None:
    assert partner.register(fees={"basis_points": 200, "maximum": None}).status == 201
    assert partner.register().status == 201
    paid(partner)
    assert [line["fee"] for line in rows_of(ask(partner.base, "momo"))] == ["2000"]
    assert partner.register(fees={"basis_points": -1}).status == 400


def test_lines_go_wrong_on_order(partner: Partner) -> None:
    left_out, double, amount, fee, status, moved = (paid(partner) for _ in range(6))
    for what, payment, more in (
        ("leave_out", left_out, {}),
        ("double", double, {}),
        ("amount", amount, {"value": 99_000}),
        ("fee", fee, {"value": 77}),
        ("status", status, {"value": "failed"}),
        ("move", moved, {"value": -86_400}),
    ):
        assert change(partner.base, "momo", edit=what, row=payment["reference"], **more).status == 201
    lines = rows_of(ask(partner.base, "momo"))
    assert [line["orderId"] for line in lines] == [
        one["reference"] for one in (double, double, amount, fee, status)
    ]  # fmt: skip
    assert [(line["amount"], line["fee"], line["resultCode"]) for line in lines[2:]] == [
        ("99000", "0", "0"), ("100000", "77", "0"), ("100000", "0", "1001"),
    ]  # fmt: skip
    assert [line["orderId"] for line in rows_of(ask(partner.base, "momo", day=today(-1)))] == [moved["reference"]]
    assert change(partner.base, "momo", edit="explode", row="x").status == 400
    assert change(partner.base, "momo", edit="amount", row="x", value="much").status == 400


def test_somebody_elses_money_can_be_listed(partner: Partner) -> None:
    line = {"kind": "payment", "number": "777001", "reference": "NOBODYS", "amount": 55_000, "at": time.time()}
    assert change(partner.base, "momo", account=partner.partner_code, add=line).status == 201
    [shown] = rows_of(ask(partner.base, "momo"))
    assert (shown["transId"], shown["orderId"], shown["amount"]) == ("777001", "NOBODYS", "55000")
    assert change(partner.base, "momo", account=partner.partner_code, add=line | {"color": "red"}).status == 400
    assert change(partner.base, "momo", account="NOBODY", add=line).status == 404


def test_from_the_cut_off_on_it_is_the_next_day(partner: Partner) -> None:
    payment = paid(partner)
    assert change(partner.base, "momo", cutoff="00:01").status == 201
    assert rows_of(ask(partner.base, "momo")) == []
    assert [line["orderId"] for line in rows_of(ask(partner.base, "momo", day=today(1)))] == [payment["reference"]]
    assert change(partner.base, "momo", cutoff="24:00").status == 400


def test_only_who_has_the_secret_gets_the_file(partner: Partner) -> None:
    assert ask(partner.base, "momo", key="another").status == 401
    assert ask(partner.base, "momo", at=int(time.time()) - 1_000).status == 401
    assert call("GET", f"{partner.base}/momo/statements?account={partner.partner_code}&date={today()}").status == 401
    assert call("GET", f"{partner.base}/momo/statements?account=NOBODY&date={today()}&timestamp=x&signature=%C3%A9").status == 401
    assert ask(partner.base, "momo", day=today(1)).status == 404


def test_a_fault_meets_the_file(partner: Partner) -> None:
    for mode, status in (("500", 500), ("code", 403)):
        assert partner.control("faults", target="statement", mode=mode).status == 201
        assert ask(partner.base, "momo").status == status
    assert ask(partner.base, "momo").status == 200


def test_vnpay_names_numbers_and_money(merchant: Merchant) -> None:
    payment = call("POST", f"{merchant.base}/_control/vnpay/pay", {"payment_url": merchant.url(), "outcome": "pay"}).json
    fees = {"basis_points": 200, "fixed": 0, "minimum": 0, "maximum": None, "vat_basis_points": 1_000}
    assert change(merchant.base, "vnpay", account=merchant.tmn_code, fees=fees).status == 201
    refund = {"reference": payment["txn_ref"], "amount": 30_000}
    by_hand = call("POST", f"{merchant.base}/_control/vnpay/portal_refunds", refund).json
    first, second = rows_of(ask(merchant.base, "vnpay"))
    amount = payment["amount"]
    assert (first["TxnRef"], first["TransactionNo"], first["PayDate"]) == (
        payment["txn_ref"], payment["transaction_no"], payment["pay_date"],
    )  # fmt: skip
    assert (first["Amount"], first["Fee"], first["TransactionType"], first["TransactionStatus"]) == (
        str(amount), str(amount * 22 // 1_000), "01", "00",
    )  # fmt: skip
    assert int(first["NetAmount"]) == amount - int(first["Fee"])
    assert (second["TransactionNo"], second["OriginalTransactionNo"], second["TransactionType"], second["NetAmount"]) == (
        by_hand["refund_no"], payment["transaction_no"], "02", "-30000",
    )  # fmt: skip


def test_zalopay_puts_a_refund_beside_its_payment(base: str) -> None:
    app = App(base)
    assert app.register().status == 201
    assert app.control("settings", notice_intervals=[], refund_delay=0).status == 200
    payment = app.paid()
    refund = app.refund(payment, 40_000).json
    first, second = rows_of(ask(base, "zalopay"))
    assert (first["app_trans_id"], first["zp_trans_id"], first["refund_id"]) == (
        payment["reference"],
        payment["transaction_no"],
        "",
    )
    assert (second["app_trans_id"], second["zp_trans_id"]) == (payment["reference"], payment["transaction_no"])
    assert (second["refund_id"], second["type"], second["settled_amount"]) == (str(refund["refund_id"]), "REFUND", "-40000")


def test_payos_lists_transfers_for_who_has_the_api_key(base: str) -> None:
    channel = Channel(base)
    assert channel.register().status == 201
    link = channel.link()
    channel.pay(link["orderCode"], amount=40_000, notice="none")
    channel.pay(link["orderCode"], amount=60_000, notice="none")
    answer = channel.api("GET", f"/statements?date={today()}")
    lines = rows_of(answer)
    assert [(line["orderCode"], line["amount"], line["status"]) for line in lines] == [
        (str(link["orderCode"]), "40000", "PAID"), (str(link["orderCode"]), "60000", "PAID"),
    ]  # fmt: skip
    assert [line["reference"] for line in lines] == [row["reference"] for row in channel.look(link["orderCode"])["transactions"]]
    assert channel.api("GET", f"/statements?date={today()}", **{"x-api-key": "wrong"}).status == 401


def test_the_banks_statement_has_a_head_a_balance_and_a_total(base: str) -> None:
    control = f"{base}/_control/vietqr"
    assert call("POST", f"{control}/accounts", BANK | {"notify_url": ""}).status == 201
    transfer = {"account_number": BANK["account_number"], "amount": 1_234_567, "memo": "SP 7K2M9X", "memo_style": "lower"}
    number = call("POST", f"{control}/pay", transfer | {"notice": "none"}).json["transaction_no"]
    lump = {"kind": "credit", "number": "FTLUMP", "amount": 9_000_000, "at": time.time() + 1, "more": {"memo": "VNPAY TT 21/11"}}
    assert change(base, "vietqr", account=BANK["account_number"], add=lump).status == 201
    fee = {"kind": "debit", "number": "FTFEE", "amount": 11_000, "at": time.time() + 2, "more": {"memo": "Phi SMS"}}
    assert change(base, "vietqr", account=BANK["account_number"], add=fee).status == 201
    text = ask(base, "vietqr").text
    assert text.startswith("\ufeffSAO KÊ TÀI KHOẢN\r\n")
    table = text[text.index("STT,") :]
    first, second, third, total = csv.DictReader(io.StringIO(table))
    assert (first["Số tham chiếu"], first["Ghi có"], first["Nội dung"], first["Số dư"]) == (
        number, "1.234.567", "sp 7k2m9x", "101.234.567",
    )  # fmt: skip
    assert (second["Ghi có"], third["Ghi nợ"], third["Ghi có"]) == ("9.000.000", "11.000", "")
    assert (total["Ngày giao dịch"], total["Ghi nợ"], total["Ghi có"]) == ("Tổng cộng", "11.000", "10.234.567")


def test_a_file_can_be_had_as_a_workbook(base: str) -> None:
    control = f"{base}/_control/vietqr"
    assert call("POST", f"{control}/accounts", BANK | {"notify_url": ""}).status == 201
    url = f"{control}/statements/{BANK['account_number']}/{today()}?format=xlsx"
    with urllib.request.urlopen(url) as answer:  # noqa: S310 - the sandbox's own address
        assert answer.headers.get_filename().endswith(".xlsx")
        rows = list(load_workbook(io.BytesIO(answer.read())).active.iter_rows(values_only=True))
    assert rows[0][0] == "SAO KÊ TÀI KHOẢN"
    assert rows[4][:3] == ("STT", "Ngày giao dịch", "Số tham chiếu")


def test_what_was_ordered_survives_a_restart(tmp_path: Path) -> None:
    environment = {"SANDBOX_PORT": "0", "SANDBOX_STATE": str(tmp_path / "state.json")}
    first = Process("sandbox", **environment)
    partner = Partner(first.base)
    assert partner.register().status == 201
    line = {"kind": "payment", "number": "777001", "amount": 55_000, "at": time.time()}
    assert change(first.base, "momo", account=partner.partner_code, add=line).status == 201
    assert change(first.base, "momo", edit="amount", row="777001", value=1).status == 201
    assert first.stop() == 0
    second = Process("sandbox", **environment)
    assert [line["amount"] for line in rows_of(ask(second.base, "momo"))] == ["1"]
    assert second.stop() == 0
