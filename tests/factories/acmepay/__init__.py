"""AcmePay: a provider that does not exist. It shows everything that a seventh provider takes.

``provider/`` stands for its folder in ``transactions/providers/``, ``sandbox.py`` for its place in ``sandbox/``, ``vectors.json``
for its file in ``tests/vectors/``, and ``lines.py`` for its line in the registry, its entry in ``tenants/credentials.py``, its
address in the settings and its entry in ``tests/factories/provider_words.py``.
"""
