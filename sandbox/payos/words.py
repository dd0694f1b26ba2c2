"""The words of payOS's own part of the payer page, in both languages."""

WORDS = {
    "vi": {
        "by_hand": "Hoặc chuyển khoản thủ công",
        "bank_label": "Ngân hàng",
        "number_label": "Số tài khoản",
        "holder_label": "Chủ tài khoản",
        "memo_label": "Nội dung chuyển khoản",
        "memo_about": "Giữ nguyên nội dung khi chuyển khoản.",
        "text_label": "Nội dung mã QR (để dán vào ứng dụng ngân hàng giả lập)",
        "received_label": "Đã nhận",
        "left_label": "Còn thiếu",
        "transfer_title": "Giả lập một lần chuyển khoản",
        "transfer_amount": "Số tiền (đồng)",
        "transfer": "Chuyển số tiền này",
    },
    "en": {
        "by_hand": "Or transfer by hand",
        "bank_label": "Bank",
        "number_label": "Account number",
        "holder_label": "Account holder",
        "memo_label": "Transfer memo",
        "memo_about": "Keep the memo as it is.",
        "text_label": "Text of the QR code (to paste into the simulated banking app)",
        "received_label": "Received",
        "left_label": "Still missing",
        "transfer_title": "Play one transfer",
        "transfer_amount": "Amount (đồng)",
        "transfer": "Transfer this amount",
    },
}
