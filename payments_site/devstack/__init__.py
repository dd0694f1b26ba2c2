"""The development machine: real PostgreSQL and Valkey from wheels, and one supervisor for every process of `make run`.

Nothing here imports a Django app, and no app imports this package; production never does.
"""
