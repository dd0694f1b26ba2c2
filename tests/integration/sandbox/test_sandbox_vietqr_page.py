"""The payer's banking app at the running sandbox, in a browser without scripts."""

import re
from collections.abc import Iterator
from urllib.parse import quote, urlencode

import pytest
from sandbox_hook import Hook
from sandbox_merchant import Answer, call
from sandbox_payer import seen
from sandbox_process import Process

from sandbox.vietqr.words import WORDS

OWNER = {"bin": "970416", "account_number": "257678859", "account_name": "CONG TY <SEN>", "webhook_secret": "s3cret"}
QR = "00020101021238530010A0000007270123000697041601092576788590208QRIBFTTA53037045405100005802VN62150811Chuyen tien630453E6"


@pytest.fixture
def hook() -> Iterator[Hook]:
    hook = Hook(default=(200, '{"result": "ok"}'))
    yield hook
    hook.stop()


@pytest.fixture
def base(sandbox_process: Process, hook: Hook) -> str:
    assert call("POST", f"{sandbox_process.base}/_control/reset").status == 200
    register = call("POST", f"{sandbox_process.base}/_control/vietqr/accounts", OWNER | {"notify_url": hook.url})
    assert register.status == 201
    return sandbox_process.base


def scan(base: str, text: str = QR, lang: str = "vi") -> Answer:
    return call("POST", f"{base}/vietqr/pay", urlencode({"qr": text, "lang": lang}))


def test_the_app_speaks_both_languages_and_loads_nothing(base: str) -> None:
    for lang, other in (("vi", "en"), ("en", "vi")):
        app = call("GET", f"{base}/vietqr/pay?lang={lang}&qr={quote(QR)}")
        assert app.status == 200
        assert QR in app.text
        assert WORDS[lang]["app_about"] in seen(app.text, lang)
        assert WORDS[other]["app_about"] not in app.text
        order = call("GET", base + scan(base, lang=lang).location)
        for name in ("bank_label", "memo_typed", "style_label", "transfer", "style_prefixed"):
            assert WORDS[lang][name] in seen(order.text, lang)
        for shown in ("ACB", "257678859", "CONG TY <SEN>", "10.000 ₫", "Chuyen tien"):
            assert shown in seen(order.text, lang)
        for page in (app, order):
            assert not re.search(r"""(src|href)=["']?(https?:)?//""", page.text)


def test_a_text_that_cannot_be_read_is_shown_again_with_the_reason(base: str) -> None:
    refused = scan(base, "<script>" + QR[:-1] + "7")
    assert refused.status == 400
    assert "Không đọc được mã" in seen(refused.text, "vi")
    assert "<script>" not in refused.text.replace("</script>", "")


def test_a_transfer_is_typed_and_told(base: str, hook: Hook) -> None:
    order = base + scan(base).location.partition("?")[0]
    typed = {"amount": "4000", "memo": "Trả góp Chuyen tien", "memo_style": "lower"}
    assert call("POST", f"{order}/transfers", urlencode(typed)).status == 303
    notice = hook.wait_for(1)[0].json
    assert (notice["amount"], notice["memo"]) == (4_000, "trả góp chuyen tien")
    page = call("GET", order)
    assert 'id="received">4.000 ₫' in page.text
    assert 'value="6000"' in page.text
    assert call("POST", order, "do=pay").status == 200
    assert hook.wait_for(2)[1].json["memo"] == "Chuyen tien"


def test_an_order_not_paid_in_full_can_be_picked_again(base: str) -> None:
    order = scan(base).location.partition("?")[0]
    assert f'href="{order}?lang=vi"' in call("GET", f"{base}/vietqr/pay").text
    call("POST", base + order, "do=pay")
    assert order not in call("GET", f"{base}/vietqr/pay").text


def test_after_giving_up_the_same_code_can_be_scanned_again(base: str, hook: Hook) -> None:
    order = scan(base).location
    call("POST", base + order.partition("?")[0], "do=cancel")
    assert hook.posts == []
    assert scan(base).location == order
    assert 'data-step="pay"' in call("GET", base + order).text


@pytest.mark.parametrize(
    "form", ["amount=", "amount=0", "amount=1.5", "amount=1000&memo_style=shouted", "amount=1000&memo_style=two_orders"]
)
def test_what_makes_no_transfer_is_refused(base: str, hook: Hook, form: str) -> None:
    order = base + scan(base).location.partition("?")[0]
    assert call("POST", f"{order}/transfers", form).status == 400
    assert call("POST", f"{base}/vietqr/pay/nobody/transfers", "amount=1000").status == 400
    assert hook.posts == []
