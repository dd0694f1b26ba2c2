"""Measurements: each row of the targets against a peer in one interleaved run; none of it is ever asserted in a test."""
