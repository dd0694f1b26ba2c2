"""`python -m benchmarks.child NAME ARGUMENT ...`: `main` of a module that needs Django, once Django is set up."""

import importlib
import sys

import django

if __name__ == "__main__":
    django.setup()
    importlib.import_module(f"benchmarks.{sys.argv[1]}").main(*sys.argv[2:])
