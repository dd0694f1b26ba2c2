"""The receivers of docs/callbacks.md, run as they stand there, against the real sender."""

from __future__ import annotations

import http.client
import os
import re
import shutil
import subprocess
import sys
import time
from datetime import timedelta
from pathlib import Path

import pytest

from audit.services import SYSTEM
from payments_site.devstack.ports import free_ports
from payments_site.kernel import clock
from tests.factories.callbacks import enqueue, make_event, make_merchant
from tests.factories.drain_process import ROOT, wait_until
from tests.node.sdk import _HERE as NODE
from webhooks.outbound.models import CallbackDelivery
from webhooks.outbound.resend import resend

pytestmark = pytest.mark.usefixtures("outbox")

TRANSPILE = """
const ts = require("typescript"), fs = require("node:fs");
const options = { module: ts.ModuleKind.ES2022, target: ts.ScriptTarget.ES2022, strict: true };
const done = ts.transpileModule(fs.readFileSync(0, "utf-8"), { compilerOptions: options, reportDiagnostics: true });
if (done.diagnostics.length) throw new Error(done.diagnostics[0].messageText);
process.stdout.write(done.outputText);
"""


def block(language: str) -> str:
    found = re.findall(rf"```{language}\n(.*?)```", (ROOT / "docs" / "callbacks.md").read_text(encoding="utf-8"), re.DOTALL)
    assert len(found) == 1
    return str(found[0])


def command(language: str, place: Path) -> list[str]:
    """What runs the receiver of this language."""
    if language == "python":
        script = place / "receiver.py"
        script.write_text(block(language), encoding="utf-8")
        return [sys.executable, str(script)]
    node = shutil.which("node")
    if node is None:
        pytest.skip("node is not installed")
    if not (NODE / "node_modules" / "typescript").is_dir():
        pytest.skip("the npm package typescript is not installed (npm ci --prefix tests/node)")
    made = subprocess.run(
        [node, "-e", TRANSPILE], input=block(language), capture_output=True, text=True, cwd=NODE, timeout=60, check=False
    )
    assert made.returncode == 0, made.stderr
    script = place / "receiver.mjs"
    script.write_text(made.stdout, encoding="utf-8")
    return [node, str(script)]


@pytest.fixture(params=["python", "ts"])
def running(request, tmp_path):
    """(merchant, port, file of what the receiver worked through)."""
    merchant, output = make_merchant(old_secrets=1), tmp_path / "worked.txt"
    [port] = free_ports(1)
    # The older secret: it signs beside the newest for a day.
    environment = {**os.environ, "CALLBACK_SECRET": merchant.secrets[-1], "PORT": str(port)}
    with output.open("wb") as worked:
        process = subprocess.Popen(command(request.param, tmp_path), env=environment, stdout=worked, stderr=subprocess.DEVNULL)
    try:
        wait_until(lambda: process.poll() is not None or posted(port, {}) is not None, seconds=20)
        assert process.poll() is None, "the receiver ended"
        yield merchant, port, output
    finally:
        process.kill()
        process.wait(10)


def posted(port: int, headers: dict[str, str], body: bytes = b"{}") -> int | None:
    """The answer to a message of anybody's; None where nobody listens."""
    link = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    forged = {"webhook-id": "evt_0", "webhook-timestamp": str(int(time.time())), "webhook-signature": "v1,AAAA", **headers}
    try:
        link.request("POST", "/hook", body, forged)
        return link.getresponse().status
    except OSError:
        return None
    finally:
        link.close()


def test_a_receiver_of_the_docs_takes_what_is_signed_works_once_and_refuses_forgeries(running, drain):
    merchant, port, output = running
    events = [make_event(merchant) for _ in range(3)]
    for event, _ in events:
        enqueue(event, f"http://127.0.0.1:{port}/hook")
    assert drain() == 3
    rows = CallbackDelivery.objects.filter(tenant=merchant.tenant)
    assert [(row.status, row.last_status) for row in rows] == [("delivered", 204)] * 3
    resend(delivery=rows[0], now=clock.now(), actor=SYSTEM)
    assert drain() == 1
    assert sorted(output.read_bytes().splitlines()) == sorted(body for _, body in events)
    assert posted(port, {}) == 401
    assert posted(port, {"webhook-signature": "v1,AAAA v1,BBBB"}) == 401


def test_a_receiver_of_the_docs_refuses_an_old_timestamp(running, drain):
    merchant, port, output = running
    event, _ = make_event(merchant)
    enqueue(event, f"http://127.0.0.1:{port}/hook")
    drain(later=timedelta(minutes=10))
    assert CallbackDelivery.objects.get(event=event).last_status == 401
    assert output.read_bytes() == b""
