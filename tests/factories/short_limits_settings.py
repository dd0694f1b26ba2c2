"""Settings of a worker that kills the sweep of expiry after two seconds, without a warning before."""

from tests.factories.live_settings import *  # noqa: F403
from tests.factories.live_settings import CELERY_TASK_ANNOTATIONS

CELERY_TASK_SOFT_TIME_LIMIT = None
CELERY_TASK_ANNOTATIONS["transactions.expire_due"] = {"time_limit": 2}
