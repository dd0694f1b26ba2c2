"""The one exception of the devstack."""


class DevstackError(Exception):
    """What went wrong, why, and what to do, in a sentence or two for a person; shown without a traceback."""
