"""The demo shop: a sample integration that uses nothing but the public client API. Read it in this order:

client.py (calls to the payment service), callbacks.py (verifying what it sends back), app.py (the web pages).
"""
