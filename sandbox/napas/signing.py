"""The two checksums of NAPAS's gateways, pure. NAPAS publishes no document: these are the rules of public merchant code, 2026.

DPS (2017 onward): SHA-256 over the data text and the client secret; it is no HMAC.
Legacy (spec 2.x): MD5 over the secret and the values.
"""

import base64
import binascii
import hashlib
import hmac
import json
import re
from collections.abc import Mapping

from sandbox.state import JsonObject

_SHA256_HEX = re.compile(r"[0-9A-Fa-f]{64}")
_MD5_HEX = re.compile(r"[0-9A-Fa-f]{32}")
SECURE_HASH = "vpc_SecureHash"


def checksum(data: str, client_secret: str) -> str:
    """Upper-case hex SHA-256 of the base64 text as it is sent, followed by the client secret."""
    return hashlib.sha256(_utf8(data + client_secret)).hexdigest().upper()


def verify_checksum(data: str, client_secret: str, given: str) -> bool:
    """Whether the checksum is this text's; the case of its hex digits does not matter. Constant time."""
    if not _SHA256_HEX.fullmatch(given):
        return False
    return hmac.compare_digest(checksum(data, client_secret), given.upper())


def seal(result: JsonObject, client_secret: str) -> dict[str, str]:
    """What the browser's `napasResult` and the notice consist of: the result in base64 and its checksum."""
    data = base64.b64encode(_utf8(json.dumps(result, ensure_ascii=False, separators=(",", ":")))).decode("ascii")
    return {"data": data, "checksum": checksum(data, client_secret)}


def unseal(data: str) -> JsonObject:
    """The result in a `data` text; ValueError when it is none."""
    try:
        result = json.loads(base64.b64decode(data, validate=True))
    except (binascii.Error, UnicodeDecodeError) as error:
        raise ValueError("not base64 of JSON") from error
    if not isinstance(result, dict):
        raise ValueError("not a JSON object")
    return result


def vpc_message(secret: str, fields: Mapping[str, str | None]) -> str:
    """The hashed text: the secret, then every value that is not empty, in the order of the names, with nothing between them."""
    return secret + "".join(value for name, value in sorted(fields.items()) if name != SECURE_HASH and value)


def vpc_hash(secret: str, fields: Mapping[str, str | None]) -> str:
    """vpc_SecureHash: upper-case hex MD5. Weak by any standard of today; the protocol knows no other."""
    return hashlib.md5(_utf8(vpc_message(secret, fields)), usedforsecurity=False).hexdigest().upper()


def verify_vpc(secret: str, fields: Mapping[str, str | None]) -> bool:
    """Whether the fields carry their own hash, in either case of its hex digits. Constant time."""
    given = fields.get(SECURE_HASH) or ""
    return bool(_MD5_HEX.fullmatch(given)) and hmac.compare_digest(vpc_hash(secret, fields), given.upper())


def _utf8(text: str) -> bytes:
    return text.encode("utf-8", errors="replace")
