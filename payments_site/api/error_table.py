"""The table of error codes in ``docs/errors.md``: ``python -m payments_site.api.error_table > docs/errors.md``."""

from __future__ import annotations

import sys
from itertools import groupby

from payments_site.kernel.errors import REGISTRY

_HEAD = """\
# Error codes

Made from the registry (`payments_site/kernel/errors.py`) by `python -m payments_site.api.error_table > docs/errors.md`;
a test compares. Every refusal of the API is this envelope, in the language of `Accept-Language` (Vietnamese unless English
is asked for first):

```json
{"success": false, "error_code": "INVALID_AMOUNT", "message": "...", "details": {"field": "amount", "value": 5000},
 "request_id": "req_...", "timestamp": "2026-11-21T10:15:00.000+07:00", "trace_id": "req_..."}
```

`details` says which field is wrong (`field`, `value`, `constraint`; several: `fields`). *Again* says that the same request may
succeed later; after 409 and 429 wait for `Retry-After` seconds. `WEBHOOK_*` are verdicts on stored notices and on callbacks:
providers are always answered in their own words.
"""


def markdown() -> str:
    """The whole page."""
    rows = sorted(REGISTRY.values(), key=lambda row: row.status)
    parts = [_HEAD]
    for status, group in groupby(rows, key=lambda row: row.status):
        lines = [f"| `{row.code}` | {row.vi} | {row.en} | {'yes' if row.retryable else ''} |" for row in group]
        title = f"## HTTP {status}\n"
        parts.append("\n".join([title, "| Code | Tiếng Việt | English | Again |", "| --- | --- | --- | --- |", *lines]) + "\n")
    return "\n".join(parts)


if __name__ == "__main__":
    sys.stdout.write(markdown())
