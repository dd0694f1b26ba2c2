"""A few banks by their BIN, enough to call the one in a QR by its name."""

_NAMES = {
    "970400": "SaigonBank",
    "970403": "Sacombank",
    "970405": "Agribank",
    "970407": "Techcombank",
    "970415": "VietinBank",
    "970416": "ACB",
    "970418": "BIDV",
    "970422": "MB",
    "970423": "TPBank",
    "970426": "MSB",
    "970431": "Eximbank",
    "970432": "VPBank",
    "970436": "Vietcombank",
    "970437": "HDBank",
    "970441": "VIB",
    "970443": "SHB",
    "970448": "OCB",
    "970454": "BVBank",
}


def bank_name(bin_code: str) -> str:
    """The bank's short name; its BIN when it is none of these."""
    return _NAMES.get(bin_code, bin_code)
