"""What ZaloPay's codes say, in Vietnamese and English, and of what kind they are; one table a call.

The same number means different things by call (-101 no such order, -101 no such refund). The kind also says which error of ours a
refused call is: ``CREDENTIALS`` is PROVIDER_AUTHENTICATION_FAILED, ``REFUSED`` and ``FAILED`` PROVIDER_INVALID_RESPONSE, the
others leave the fate open.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum, auto


class Kind(Enum):
    """What a code means for the payment, the refund or the call."""

    DONE = auto()
    PENDING = auto()
    FAILED = auto()  # final: no money moved
    REFUSED = auto()  # the call itself is wrong: nothing happened
    CREDENTIALS = auto()
    UNSAID = auto()  # says nothing about what became of it: ask
    NOT_THERE = auto()  # ZaloPay has no such order or refund


@dataclass(frozen=True)
class Meaning:
    """A code's kind, and its meaning fit to be shown to people."""

    kind: Kind
    vi: str
    en: str


_Row = tuple[str, Kind, str, str]


def _table(*rows: _Row) -> Mapping[str, Meaning]:
    table = {code: Meaning(kind, vi, en) for code, kind, vi, en in rows}
    if len(table) != len(rows):
        raise ValueError("a code occurs twice")
    return table


def _each(codes: str, kind: Kind, vi: str, en: str) -> tuple[_Row, ...]:
    return tuple((code, kind, vi, en) for code in codes.split())


# Of any call. 1, 2 and 3 are return codes; 2 counts only where no sub code says why.
_ANY: tuple[_Row, ...] = (
    ("-401", Kind.REFUSED, "Dữ liệu yêu cầu sai định dạng", "Missing or badly formatted data"),
    ("-402", Kind.CREDENTIALS, "Sai ứng dụng hoặc chữ ký", "Wrong app or signature"),
    ("-403", Kind.CREDENTIALS, "Chữ ký không đúng", "Wrong signature"),
    ("-405", Kind.CREDENTIALS, "Máy khách không hợp lệ", "The client is not allowed"),
    ("-406", Kind.CREDENTIALS, "Ứng dụng chưa hoạt động", "The app is not active"),
    ("-429", Kind.UNSAID, "Vượt giới hạn số lần gọi", "Called too often"),
    ("-500", Kind.UNSAID, "Lỗi hệ thống ZaloPay", "ZaloPay system error"),
    ("-999", Kind.UNSAID, "ZaloPay đang bảo trì", "ZaloPay is under maintenance"),
)

CREATE = _table(
    *_ANY,
    ("1", Kind.DONE, "Tạo đơn thành công", "The order was made"),
    ("2", Kind.REFUSED, "Tạo đơn thất bại", "The order was not made"),
    ("3", Kind.UNSAID, "Đang xử lý", "In work"),
    ("-68", Kind.UNSAID, "Trùng mã giao dịch của đối tác", "app_trans_id was used before"),
)

QUERY = _table(
    *_ANY,
    ("1", Kind.DONE, "Đã thanh toán", "Paid"),
    ("2", Kind.FAILED, "Thanh toán thất bại", "The payment failed"),
    ("3", Kind.PENDING, "Chưa thanh toán hoặc đang xử lý", "Not paid yet, or in work"),
    ("-2", Kind.CREDENTIALS, "Mã ứng dụng không hợp lệ", "Unknown app"),
    ("-49", Kind.NOT_THERE, "Không tìm thấy giao dịch", "Transaction not found"),
    ("-53", Kind.CREDENTIALS, "Chữ ký không hợp lệ", "Wrong signature"),
    ("-54", Kind.FAILED, "Đơn hàng hết hạn", "The order has expired"),
    ("-63", Kind.PENDING, "Số dư ví không đủ, người dùng có thể thử lại", "Wallet balance too low, the payer may try again"),
    ("-92", Kind.UNSAID, "Mã giao dịch sai định dạng", "Badly formatted app_trans_id"),
    ("-101", Kind.NOT_THERE, "Đơn hàng không tồn tại", "The order does not exist"),
    ("-217", Kind.FAILED, "Lỗi phía ngân hàng", "Error at the bank"),
    ("-322", Kind.FAILED, "Mã thanh toán hết hạn", "The payment code has expired"),
    ("-329", Kind.FAILED, "Người dùng hủy thanh toán", "The payer cancelled"),
    *_each("-332 -333", Kind.FAILED, "Không thỏa điều kiện khuyến mãi", "The rules of a promotion are not met"),
    *_each("-1330 -1331 -1332 -1333", Kind.FAILED, "Vượt hạn mức thanh toán trong ngày", "Daily spending limit exceeded"),
    *_each("-1340 -1341 -1342 -1343", Kind.FAILED, "Vượt hạn mức thanh toán trong tháng", "Monthly spending limit exceeded"),
    *_each("-32 -33 -34 -35 -43 -88 -135 -301", Kind.UNSAID, "Hệ thống, kênh hoặc ngân hàng bảo trì", "Maintenance"),
)

REFUND = _table(
    *_ANY,
    ("1", Kind.DONE, "Hoàn tiền thành công", "Refunded"),
    ("2", Kind.FAILED, "Yêu cầu hoàn tiền bị từ chối", "The refund was refused"),
    ("3", Kind.PENDING, "Đang xử lý hoàn tiền", "The refund is in work"),
    ("-3", Kind.CREDENTIALS, "Chữ ký không đúng", "Wrong signature"),
    ("-4", Kind.FAILED, "Kênh thanh toán không hỗ trợ hoàn tiền", "The channel takes no refunds"),
    ("-5", Kind.FAILED, "Giao dịch gốc chưa hoàn tất", "The payment is not complete"),
    ("-6", Kind.FAILED, "Giao dịch gốc thất bại", "The payment failed"),
    ("-8", Kind.FAILED, "Không tìm thấy giao dịch gốc", "Payment not found"),
    ("-9", Kind.FAILED, "Loại giao dịch không hỗ trợ hoàn tiền", "This kind of payment takes no refunds"),
    ("-10", Kind.CREDENTIALS, "Sai mã ứng dụng", "Unknown app"),
    ("-11", Kind.UNSAID, "Đã thực hiện trước đó", "Done before"),
    ("-12", Kind.FAILED, "Yêu cầu sai định dạng", "Badly formatted request"),
    ("-13", Kind.FAILED, "Quá thời hạn hoàn tiền", "Too late to refund"),
    ("-14", Kind.FAILED, "Số tiền hoàn không hợp lệ", "Bad refund amount"),
    ("-23", Kind.UNSAID, "Trùng mã hoàn tiền", "m_refund_id was used before"),
    ("-24", Kind.FAILED, "Mã hoàn tiền sai định dạng", "Badly formatted m_refund_id"),
    ("-25", Kind.FAILED, "Mã hoàn tiền sai ngày", "m_refund_id is of another day"),
    ("-26", Kind.FAILED, "Mã hoàn tiền sai mã ứng dụng", "m_refund_id is of another app"),
    ("-27", Kind.CREDENTIALS, "Sai mã máy khách", "Unknown client"),
    ("-28", Kind.FAILED, "Giao dịch không hỗ trợ hoàn tiền", "The payment can not be refunded"),
    ("-101", Kind.FAILED, "Không tìm thấy giao dịch gốc", "Payment not found"),
    *_each("-15 -16 -17 -18 -19 -20 -21 -22 -29 -30 -31", Kind.UNSAID, "Lỗi hệ thống ZaloPay", "ZaloPay system error"),
)

QUERY_REFUND = _table(
    *_ANY,
    ("1", Kind.DONE, "Hoàn tiền thành công", "Refunded"),
    ("2", Kind.FAILED, "Hoàn tiền thất bại", "The refund failed"),
    ("3", Kind.PENDING, "Đang xử lý hoặc chờ duyệt", "In work, or waits for approval"),
    ("-3", Kind.CREDENTIALS, "Chữ ký không đúng", "Wrong signature"),
    ("-10", Kind.CREDENTIALS, "Sai mã ứng dụng", "Unknown app"),
    ("-13", Kind.FAILED, "Quá thời hạn hoàn tiền", "Too late to refund"),
    ("-14", Kind.FAILED, "Số tiền hoàn không hợp lệ", "Bad refund amount"),
    ("-16", Kind.PENDING, "Đang xử lý", "In work"),
    ("-27", Kind.CREDENTIALS, "Sai mã máy khách", "Unknown client"),
    ("-32", Kind.FAILED, "Giao dịch không hỗ trợ hoàn tiền", "Refunds are not supported"),
    ("-101", Kind.NOT_THERE, "Không tìm thấy mã hoàn tiền", "Refund not found"),
    *_each("-15 -17 -18 -19 -20 -21 -22 -29 -30 -31", Kind.UNSAID, "Lỗi hệ thống ZaloPay", "ZaloPay system error"),
)

CANCELLED_BY_PAYER = "-329"
