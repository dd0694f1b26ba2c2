"""The demo shop: a sample integration that uses nothing but the public client API. Read it in this order:

client.py (calls to the payment service), callbacks.py (verifying what it sends back), app.py (selling and following),
watch.py (not asking too often). pages.py, goods.py and words.py only dress it.
"""
