"""The process table of `make run`: what runs, how it is asked to stop, and when it counts as up."""

import signal
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from payments_site.devstack.readiness import http_answers
from payments_site.devstack.seed import Demo
from payments_site.devstack.supervisor import Process
from payments_site.kernel.queues import QUEUES

# The access log without the query string: a payer's return and a provider's notice carry signatures in it.
_ACCESS_LOG = '%(h)s "%(m)s %(U)s" %(s)s %(b)s %(M)sms'
_PRIVATE = frozenset({"DATABASE_URL", "REDIS_URL", "SECRET_KEY", "FERNET_KEYS", "BLIND_INDEX_KEY"})

Env = Mapping[str, str]


def _python(*arguments: str) -> tuple[str, ...]:
    return (sys.executable, *arguments)


def _answers(env: Env, port_variable: str, path: str) -> Callable[[], bool]:
    return lambda: http_answers(f"http://127.0.0.1:{env[port_variable]}{path}")


def preparation(env: Env, demo_file: Path) -> list[Process]:
    """What has to run to its end before anything serves."""
    return [
        Process("migrate", _python("manage.py", "migrate", "--noinput", "--verbosity", "0"), env),
        Process("seed", _python("manage.py", "seed_demo", "--output", str(demo_file)), env),
    ]


def serving(env: Env, demo: Demo, var_dir: Path) -> list[Process]:
    """Everything that stays up, in the order of starting."""
    outside = {name: value for name, value in env.items() if name not in _PRIVATE}  # they stand for other companies
    return [
        *(_sandbox(outside, var_dir), _web(env)),
        # One empties the queues from the urgent end, one from the other: whatever piles up at one end, the other is worked.
        *(_worker("worker", QUEUES, env), _worker("worker-2", QUEUES[::-1], env)),
        *(_beat(env), _drain(env), _shop(outside, demo)),
    ]


def _sandbox(env: Env, var_dir: Path) -> Process:
    settings = {"SANDBOX_STATE": str(var_dir / "sandbox.json"), **env}
    return Process("sandbox", _python("-m", "sandbox"), settings, _answers(env, "SANDBOX_PORT", "/"))


def _web(env: Env) -> Process:
    # Development serves static files from where they lie, so the collected directory is rightly absent.
    quiet = ("-W", "ignore:No directory at")
    command = _python(*quiet, "-m", "gunicorn", "payments_site.wsgi:application", "--bind", f"127.0.0.1:{env['PORT']}")
    command += ("--worker-class", "gthread", "--workers", "2", "--threads", "8", "--keep-alive", "30")
    command += ("--no-control-socket", "--access-logfile", "-", "--access-logformat", _ACCESS_LOG)
    command += ("--graceful-timeout", "8", "--log-level", "warning")
    return Process("web", command, env, _answers(env, "PORT", "/api/v1/status"))


def _worker(name: str, queues: Sequence[str], env: Env) -> Process:
    quiet = ("-W", "ignore:You're running the worker with superuser")  # said on every start of a machine that has only root
    command = _python(*quiet, "-m", "celery", "--quiet", "-A", "payments_site", "worker", "-l", "info", "-c", "1")
    command += ("--without-gossip", "--without-mingle", "-n", f"{name}@%h", "-Q", ",".join(queues))
    return Process(name, command, env, grace=15.0)


def _beat(env: Env) -> Process:
    # Which scheduler is a setting: it sees to it that one beat works at a time.
    command = _python("-m", "celery", "--quiet", "-A", "payments_site", "beat", "-l", "info", "--pidfile=")
    return Process("beat", command, env)


def _drain(env: Env) -> Process:
    return Process("drain", _python("manage.py", "drain_callbacks"), env, stop_signal=signal.SIGTERM, grace=15.0)


def _shop(env: Env, demo: Demo) -> Process:
    settings = {
        "SHOP_API_BASE": f"http://127.0.0.1:{env['PORT']}/api/v1",
        "SHOP_PROJECT": demo.project_code,
        "SHOP_APP": demo.app_code,
        "SHOP_API_KEY": demo.api_key,
        "SHOP_CALLBACK_SECRET": demo.callback_secret,
        "SHOP_PUBLIC_URL": f"http://127.0.0.1:{env['SHOP_PORT']}",
        **env,
    }
    return Process("shop", _python("-m", "sandbox.shop"), settings, _answers(env, "SHOP_PORT", "/"))
