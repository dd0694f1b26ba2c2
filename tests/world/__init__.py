"""The seeded world: one number drives clock, providers, payers, client systems, their servers, staff, crashes and races.

Everything of the service is the true code on a real PostgreSQL; the world plays what surrounds it, and decides who stops where.
``python -m tests.world --help`` runs it, ``docs/world.md`` tells what it does and how a seed is reproduced.
"""
