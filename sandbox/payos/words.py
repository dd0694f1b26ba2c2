"""The words of payOS's own part of the payer page, in both languages."""

WORDS = {
    "vi": {
        "by_hand": "Hoặc chuyển khoản thủ công",
        "bank_label": "Ngân hàng",
        "number_label": "Số tài khoản",
        "holder_label": "Chủ tài khoản",
        "memo_label": "Nội dung",
        "memo_about": "Giữ nguyên nội dung khi chuyển khoản.",
        "text_label": "Chuỗi của mã QR",
        "text_about": "Theo chuẩn EMVCo, như ứng dụng ngân hàng đọc được.",
        "received_label": "Đã nhận",
        "left_label": "Còn thiếu",
        "transfer_title": "Chuyển một số tiền khác",
        "transfer_amount": "Số tiền (đồng)",
        "transfer": "Chuyển số tiền này",
    },
    "en": {
        "by_hand": "Or transfer by hand",
        "bank_label": "Bank",
        "number_label": "Account number",
        "holder_label": "Account holder",
        "memo_label": "Memo",
        "memo_about": "Keep the memo as it is.",
        "text_label": "Text of the QR code",
        "text_about": "In EMVCo form, as a banking app reads it.",
        "received_label": "Received",
        "left_label": "Still missing",
        "transfer_title": "Transfer another amount",
        "transfer_amount": "Amount (đồng)",
        "transfer": "Transfer this amount",
    },
}
