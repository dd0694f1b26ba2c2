"""AcmePay's adapter, as its folder in ``transactions/providers/`` would be."""
