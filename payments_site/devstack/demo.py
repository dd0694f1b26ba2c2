"""`make demo`: the stack on free ports in a place of its own, and one payment at each provider, from create to refund."""

import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path

from payments_site.devstack.environment import given_environment, sandbox_addresses
from payments_site.devstack.errors import DevstackError
from payments_site.devstack.journey import Journey
from payments_site.devstack.output import Output
from payments_site.devstack.ports import USERS, free_ports
from payments_site.devstack.receiver import CallbackReceiver
from payments_site.devstack.stack import Stack
from payments_site.devstack.stopping import StopRequested, StopSwitch

# Addresses that follow from the ports; the caller's own would point to another stack.
_OURS = {*USERS, "VAR_DIR", "PUBLIC_BASE_URL", "CALLBACK_ALLOWED_HOSTS", *sandbox_addresses("")}
_OURS |= {"DATABASE_URL", "REDIS_URL", "SANDBOX_STATE", "SECRET_KEY", "FERNET_KEYS", "DJANGO_SETTINGS_MODULE"}


# Providers are asked about their refunds within seconds: a demo has no time for the real schedule.
_QUESTIONS = "2,4,6,9,12,16,20,30,60"


def demo(environ: Mapping[str, str]) -> int:
    """Run the journey; 0 only if each step was seen to happen. Leaves nothing behind."""
    switch = StopSwitch()
    switch.install()
    output = Output(quiet=True)
    place = Path(tempfile.mkdtemp(prefix="smartpost-demo-")).resolve()
    place.chmod(0o711)  # as root PostgreSQL runs as nobody and has to walk through
    given = {name: value for name, value in given_environment(environ).items() if name not in _OURS}
    given["RESOLVER_FIRST_DELAYS"] = _QUESTIONS
    given |= dict(zip(USERS, map(str, free_ports(len(USERS))), strict=True))
    stack = Stack(given, place, output, switch)
    try:
        seeded = stack.up()
        with CallbackReceiver(seeded.callback_secret) as receiver:
            journey = Journey(stack.environ, seeded, receiver, output, stack.supervisor.check)
            journey.run()
    except StopRequested as request:
        output.say("\nStopped.")
        return request.exit_code
    except DevstackError as error:
        output.say(f"\nThe demo failed: {error}")
        for name in ("web", "sandbox", "drain"):
            output.say(f"\nThe last lines of {name}:\n{output.last_lines(name)}")
        return 1
    finally:
        stack.down()
        stack.services.destroy()
        shutil.rmtree(place, ignore_errors=True)
    return 0
