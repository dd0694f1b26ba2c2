"""A simulator of the payment providers, run as its own process: `python -m sandbox`.

It never imports the payment service and is never imported by it; everything here is written from the providers'
own documents, so that a misunderstanding in the service cannot hide in its own mirror.
"""
