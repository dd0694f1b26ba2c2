"""Reading what the engine has found, for people: both sides of a difference, and whole runs as files."""
