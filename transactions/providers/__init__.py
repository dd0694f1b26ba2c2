"""One folder a provider; ``registry`` finds them by code."""
