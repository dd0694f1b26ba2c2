"""NAPAS in the sandbox. NAPAS publishes no protocol: sandbox/README.md says what is taken from public code and what is ours."""
