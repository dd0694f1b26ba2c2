"""VNPay PAY API 2.1.0, as VNPay's side sees it."""
