"""Settings by component; ``local``, ``test`` and ``production`` put them together."""
