"""The registry of error codes: HTTP status, Vietnamese and English text, and whether trying again can help."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class ErrorCode:
    """One row of the registry. ``retryable`` says that the same request may succeed later."""

    code: str
    status: int
    vi: str
    en: str
    retryable: bool = False

    def message(self, language: str) -> str:
        """The text for a person, in Vietnamese unless English is asked for."""
        return self.en if language == "en" else self.vi


_ROWS = (
    # 400
    ErrorCode("VALIDATION_ERROR", 400, "Dữ liệu đầu vào không hợp lệ", "The request is not valid"),
    ErrorCode("INVALID_AMOUNT", 400, "Số tiền nằm ngoài giới hạn cho phép", "The amount is outside the allowed range"),
    ErrorCode("INVALID_CURRENCY", 400, "Loại tiền không được hỗ trợ", "The currency is not supported"),
    ErrorCode("INVALID_PAYMENT_METHOD", 400, "Phương thức thanh toán không hợp lệ", "The payment method is not valid"),
    ErrorCode("DUPLICATE_ORDER_ID", 400, "Mã đơn hàng đã tồn tại", "The order already has an open or paid transaction"),
    ErrorCode("TRANSACTION_EXPIRED", 400, "Giao dịch đã hết hạn", "The transaction has expired"),
    ErrorCode("TRANSACTION_ALREADY_PROCESSED", 400, "Giao dịch đã được xử lý", "The transaction is no longer pending"),
    ErrorCode(
        "MISSING_PROJECT_OR_APP_CODE",
        400,
        "Mã dự án và mã ứng dụng là bắt buộc",
        "Project code and app code are required",
    ),
    # 401, 403
    ErrorCode("UNAUTHORIZED", 401, "Yêu cầu xác thực", "Authentication is required"),
    ErrorCode("INVALID_API_KEY", 401, "API key không hợp lệ", "The API key is not valid"),
    ErrorCode("FORBIDDEN", 403, "Không có quyền thực hiện", "You are not allowed to do this"),
    ErrorCode("PROJECT_INACTIVE", 403, "Dự án đã bị vô hiệu hóa", "The project is inactive"),
    ErrorCode("TENANT_INACTIVE", 403, "Tenant đã bị vô hiệu hóa", "The tenant is inactive"),
    ErrorCode("TRANSACTION_BLOCKED", 403, "Giao dịch bị chặn", "The transaction was blocked"),
    # 404, 405, 409
    ErrorCode("NOT_FOUND", 404, "Không tìm thấy", "Not found"),
    ErrorCode("PROJECT_NOT_FOUND", 404, "Không tìm thấy dự án", "Project not found"),
    ErrorCode("TENANT_NOT_FOUND", 404, "Không tìm thấy tenant", "Tenant not found"),
    ErrorCode("TRANSACTION_NOT_FOUND", 404, "Không tìm thấy giao dịch", "Transaction not found"),
    ErrorCode("REFUND_NOT_FOUND", 404, "Không tìm thấy yêu cầu hoàn tiền", "Refund not found"),
    ErrorCode("APPROVAL_NOT_FOUND", 404, "Không tìm thấy yêu cầu phê duyệt", "Approval request not found"),
    ErrorCode("METHOD_NOT_ALLOWED", 405, "Phương thức HTTP không được hỗ trợ", "The HTTP method is not allowed"),
    ErrorCode("PROJECT_HAS_TENANTS", 409, "Dự án còn tenant, không thể xóa", "The project still has tenants"),
    ErrorCode("APPROVAL_ALREADY_DECIDED", 409, "Yêu cầu phê duyệt đã được xử lý", "The approval request was decided already"),
    ErrorCode("RECONCILIATION_IN_PROGRESS", 409, "Đối soát đang được thực hiện", "A reconciliation is running", True),
    ErrorCode("STATEMENT_KNOWN", 409, "Tệp sao kê này đã được nhập trước đó", "This very statement was brought in before"),
    ErrorCode("STATEMENT_BUSY", 409, "Sao kê đang được đọc", "The statement is being read", True),
    ErrorCode("STATEMENT_DECIDED", 409, "Sao kê đã được nhập hoặc từ chối", "The statement is imported or refused already"),
    ErrorCode(
        "IDEMPOTENCY_IN_PROGRESS",
        409,
        "Yêu cầu cùng khóa đang được xử lý",
        "A request with this key is being worked on",
        True,
    ),
    # 411, 413, 415, 422
    ErrorCode("LENGTH_REQUIRED", 411, "Thiếu Content-Length", "Content-Length is required"),
    ErrorCode("PAYLOAD_TOO_LARGE", 413, "Nội dung gửi lên quá lớn", "The request body is too large"),
    ErrorCode("PROVIDER_NOT_CONFIGURED", 422, "Cổng thanh toán chưa được cấu hình", "The payment provider is not configured"),
    ErrorCode("STATEMENT_UNREADABLE", 422, "Không đọc được tệp sao kê", "The statement can not be read"),
    ErrorCode("PROFILE_MISSING", 422, "Chưa có cấu hình đọc sao kê này", "No mapping profile reads this statement"),
    ErrorCode("TRANSACTION_CANNOT_BE_REFUNDED", 422, "Giao dịch không thể hoàn tiền", "The transaction cannot be refunded"),
    ErrorCode("INSUFFICIENT_BALANCE", 422, "Số tiền còn lại không đủ để hoàn", "More than is left to refund"),
    ErrorCode(
        "IDEMPOTENCY_KEY_REUSED",
        422,
        "Khóa idempotency đã dùng với nội dung khác",
        "The key was used with another body",
    ),
    # 429
    ErrorCode("RATE_LIMIT_EXCEEDED", 429, "Vượt quá giới hạn số lượng yêu cầu", "Too many requests", True),
    ErrorCode("TENANT_LIMIT_EXCEEDED", 429, "Vượt quá hạn mức của tenant", "The tenant's limit is used up", True),
    # 500, 502, 503
    ErrorCode("SYSTEM_ERROR", 500, "Lỗi hệ thống, vui lòng thử lại sau", "System error, please try again later", True),
    ErrorCode("PROVIDER_CONNECTION_ERROR", 502, "Không thể kết nối đến cổng thanh toán", "The provider did not answer", True),
    ErrorCode(
        "PROVIDER_INVALID_RESPONSE",
        502,
        "Phản hồi từ cổng thanh toán không hợp lệ",
        "The provider's answer is not valid",
    ),
    ErrorCode(
        "PROVIDER_AUTHENTICATION_FAILED",
        502,
        "Xác thực với cổng thanh toán thất bại",
        "The provider refused our credentials",
    ),
    ErrorCode("PROVIDER_INACTIVE", 503, "Cổng thanh toán đang tạm ngưng", "The payment provider is inactive", True),
    ErrorCode("MAINTENANCE_MODE", 503, "Hệ thống đang bảo trì", "The system is under maintenance", True),
    ErrorCode("PAYOS_CONNECTION_ERROR", 503, "Không thể kết nối đến PayOS", "PayOS did not answer", True),
    # verdicts on stored notices and callbacks: never sent to a provider
    ErrorCode("WEBHOOK_INVALID_SIGNATURE", 400, "Chữ ký webhook không hợp lệ", "The webhook's signature is not valid"),
    ErrorCode("WEBHOOK_INVALID_IP", 403, "Địa chỉ IP không được phép", "The address is not allowed"),
    ErrorCode("WEBHOOK_PROCESSING_ERROR", 500, "Lỗi xử lý webhook", "The webhook could not be processed", True),
    ErrorCode("WEBHOOK_DELIVERY_FAILED", 500, "Gửi webhook thất bại", "The webhook could not be delivered", True),
    ErrorCode("RECONCILIATION_FAILED", 500, "Đối soát thất bại", "The reconciliation failed", True),
    ErrorCode("RECONCILIATION_DATA_MISMATCH", 500, "Dữ liệu đối soát không khớp", "The reconciliation does not match"),
)

REGISTRY: dict[str, ErrorCode] = {row.code: row for row in _ROWS}


class DomainError(Exception):
    """An anticipated failure with a code of the registry; subclasses name theirs in ``code``.

    ``details`` goes to the client as it is, so it never holds a secret. ``message_vi`` and ``message_en`` take the place of the
    registry's text where there is something more exact to say.
    """

    code = "SYSTEM_ERROR"

    def __init__(
        self, details: dict[str, Any] | None = None, *, message_vi: str | None = None, message_en: str | None = None
    ) -> None:
        super().__init__(self.code)
        self.details = details or {}
        self._messages = {"vi": message_vi, "en": message_en}

    @property
    def entry(self) -> ErrorCode:
        """The registry's row."""
        return REGISTRY[self.code]

    def message(self, language: str) -> str:
        """The text for a person in ``vi`` or ``en``."""
        return self._messages.get(language) or self.entry.message(language)


class InvalidInput(DomainError):
    """One or more fields are wrong; ``fields`` is a list of ``{field, value?, constraint?}``."""

    code = "VALIDATION_ERROR"

    def __init__(self, *fields: dict[str, Any]) -> None:
        super().__init__(fields[0] if len(fields) == 1 else {"fields": list(fields)})


class NotAllowed(DomainError):
    """The caller is known but may not do this."""

    code = "FORBIDDEN"
