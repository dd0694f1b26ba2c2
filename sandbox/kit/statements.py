"""A provider's file of the day: where it is fetched, who may fetch it, and what scripts want wrong in it.

    GET /<name>/statements?account=&date=2026-11-21&timestamp=&signature=[&format=xlsx]

No provider publishes such an address; this is the payment service's own profile 1 and is described in the sandbox's README. A
file can be had while its day still goes on: what is on the books so far.
"""

import hashlib
import hmac
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict
from datetime import date, timedelta
from typing import Protocol

from aiohttp import web

from sandbox.clock import Clock
from sandbox.control import ControlError, field, read_object
from sandbox.faults import Faults, answer_with_fault
from sandbox.kit.model import Account
from sandbox.kit.statement_files import CSV, XLSX, Layout, vietnam
from sandbox.kit.statement_rows import Edit, FeeRule, Row, edited, read_edit, read_fees, read_row
from sandbox.state import JsonObject

_SKEW_SECONDS = 15 * 60
_TIME_OF_DAY = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])")


class Owner(Protocol):
    """What the desk asks of its provider. `clock`, `faults` and `changed` are those of the sandbox."""

    name: str
    clock: Clock
    faults: Faults
    changed: Callable[[], None]

    def statement_account(self, identifier: str) -> Account | None: ...
    def statement_asker(self, request: web.Request) -> Account: ...
    def statement_rows(self, account: Account) -> Iterable[Row]: ...
    def statement_layout(self) -> Layout: ...


class Refused(Exception):
    """Nobody may have it: an HTTP status and a reason."""

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(reason)
        self.status = status


class Desk:
    """Writes the files. What control asked for is kept over a restart."""

    def __init__(self, owner: Owner) -> None:
        self._owner = owner
        self.fees: dict[str, FeeRule] = {}
        self.added: dict[str, list[Row]] = {}
        self.edits: list[Edit] = []
        self.cutoff = "00:00"

    def routes(self) -> list[web.RouteDef]:
        base = f"/_control/{self._owner.name}/statements"
        return [
            web.get(f"/{self._owner.name}/statements", self.fetch),
            web.post(base, self.change),
            web.get(f"{base}/{{account}}/{{day}}", self.look),
        ]

    async def fetch(self, request: web.Request) -> web.StreamResponse:
        """The file, to whom has the account's secret."""
        fault = self._owner.faults.take("statement")

        async def answer() -> web.StreamResponse:
            try:
                if fault and fault.mode == "code":
                    raise Refused(403, f"refused on order: {fault.code}")
                account = self._owner.statement_asker(request)
                return self._file(account, request.query.get("date", ""), request.query.get("format", "csv"))
            except Refused as refused:
                return web.json_response({"error": str(refused)}, status=refused.status)

        return await answer_with_fault(request, fault, answer)

    async def look(self, request: web.Request) -> web.StreamResponse:
        """The same file for scripts, without a signature."""
        account = self._account(request.match_info["account"])
        try:
            return self._file(account, request.match_info["day"], request.query.get("format", "csv"))
        except Refused as refused:
            raise ControlError(str(refused), status=refused.status) from None

    async def change(self, request: web.Request) -> web.Response:
        """Fees, the end of the business day, a line more, or a line that is wrong; answers with all that stands."""
        body = await read_object(request)
        if unknown := body.keys() - {"account", "fees", "cutoff", "add", "edit", "row", "value"}:
            raise ControlError(f"unknown {sorted(unknown)}")
        if "cutoff" in body:
            if not _TIME_OF_DAY.fullmatch(cutoff := field(body, "cutoff", str)):
                raise ControlError("cutoff: HH:MM")
            self.cutoff = cutoff
        if "fees" in body:
            self.fees[self._named(body)] = read_fees(field(body, "fees", dict))
        if "add" in body:
            self.added.setdefault(self._named(body), []).append(read_row(field(body, "add", dict)))
        if "edit" in body:
            self.edits.append(read_edit(body))
        self._owner.changed()
        return web.json_response(self.dump(), status=201)

    def take_terms(self, identifier: str, body: JsonObject) -> None:
        """The fees of an account's contract, where its registration names them; else those of before stay."""
        if "fees" in body:
            self.fees[identifier] = read_fees(field(body, "fees", dict))

    def rows(self, account: Account, day: date) -> list[Row]:
        """The lines of a business day, the oldest first."""
        rule = self.fees.get(account.identifier, FeeRule())
        known = [*self._owner.statement_rows(account), *self.added.get(account.identifier, [])]
        known = [_with_fee(row, rule) for row in sorted(known, key=lambda row: row.at)]
        return [row for row in edited(known, self.edits) if self._day_of(row.at) == day]

    def _day_of(self, at: float) -> date:
        """Vietnam's day; from the cut-off on it is the next one."""
        when = vietnam(at)
        late = self.cutoff != "00:00" and f"{when:%H:%M}" >= self.cutoff
        return when.date() + timedelta(days=1 if late else 0)

    def _file(self, account: Account, text: str, form: str) -> web.Response:
        try:
            day = date.fromisoformat(text)
        except ValueError:
            raise Refused(400, "date: a day as 2026-11-21") from None
        if day > self._day_of(self._owner.clock.timestamp()):
            raise Refused(404, "no file of that day yet")
        layout, rows = self._owner.statement_layout(), self.rows(account, day)
        excel = form == "xlsx"
        body = layout.as_xlsx(account, rows) if excel else layout.as_csv(account, rows)
        name = f"{self._owner.name}-{account.identifier}-{day:%Y%m%d}.{'xlsx' if excel else 'csv'}"
        headers = {"Content-Disposition": f'attachment; filename="{name}"'}
        return web.Response(body=body, content_type=XLSX if excel else CSV, headers=headers)

    def _account(self, identifier: str) -> Account:
        account = self._owner.statement_account(identifier)
        if account is None:
            raise ControlError("no such account", status=404)
        return account

    def _named(self, body: JsonObject) -> str:
        return self._account(field(body, "account", str)).identifier

    def clear(self) -> None:
        self.fees.clear()
        self.added.clear()
        self.edits.clear()
        self.cutoff = "00:00"

    def dump(self) -> JsonObject:
        return {
            "fees": {name: asdict(rule) for name, rule in self.fees.items()},
            "added": {name: [asdict(row) for row in rows] for name, rows in self.added.items()},
            "edits": [asdict(edit) for edit in self.edits],
            "cutoff": self.cutoff,
        }

    def load(self, state: JsonObject) -> None:
        """Takes over what dump gave."""
        self.fees = {name: FeeRule(**rule) for name, rule in state.get("fees", {}).items()}
        self.added = {name: [Row(**row) for row in rows] for name, rows in state.get("added", {}).items()}
        self.edits = [Edit(**edit) for edit in state.get("edits", [])]
        self.cutoff = state.get("cutoff", self.cutoff)


def check_signature(request: web.Request, account: Account | None, key: str, now: float) -> Account:
    """The account, if profile 1's signature and time are good; Refused else."""
    query = request.query
    if account is None or not _is_signed(query, key):
        raise Refused(401, "signature")
    if abs(int(query["timestamp"]) - now) > _SKEW_SECONDS:
        raise Refused(401, "timestamp")
    return account


def _with_fee(row: Row, rule: FeeRule) -> Row:
    """A payment's line with the fee; a refund costs nothing and brings no fee back."""
    if row.kind != "payment" or row.fee or row.status != "success":
        return row
    return Row(**(asdict(row) | {"fee": rule.of(row.amount)}))


def _is_signed(query: Mapping[str, str], key: str) -> bool:
    """Whether the query carries the lower-case hex HMAC-SHA256 of `account|date|timestamp`. Constant time."""
    text = "|".join(query.get(name, "") for name in ("account", "date", "timestamp"))
    made = hmac.new(key.encode(), text.encode(), hashlib.sha256).hexdigest()
    given = query.get("signature", "")
    return re.fullmatch(r"[0-9]{1,12}", query.get("timestamp", "")) is not None and hmac.compare_digest(
        made.encode(), given.encode()
    )
