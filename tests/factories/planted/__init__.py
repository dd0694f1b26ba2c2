"""Worlds of payments and statements in which every difference is planted, and known before anybody looks.

``gateway.plant(seed)`` is an account whose provider lists payments and refunds (VNPay, MoMo, ZaloPay or NAPAS, in its own
columns), ``transfers.plant(seed)`` a bank account whose transfers name orders in their memos. A ``World`` writes its truth
(``World.truth``), its statement files (``files``) and its records (``books``). Nothing here imports the reconciliation: what it
should find is said from the story alone.
"""
