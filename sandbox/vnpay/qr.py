"""The picture on the QR screen. It looks like a QR code and says beside it that it is none: nothing here can be scanned."""

from collections.abc import Iterator

_SIZE = 29
_CORNERS = ((0, 0), (_SIZE - 7, 0), (0, _SIZE - 7))


def picture(seed: bytes) -> str:
    """An SVG of modules drawn from the seed, with the three finder patterns; the same seed draws the same picture."""
    modules = "".join(f"M{x} {y}h1v1h-1z" for x, y in _modules(seed))
    corners = "".join(
        f'<path fill-rule="evenodd" d="M{x} {y}h7v7h-7zM{x + 1} {y + 1}v5h5v-5zM{x + 2} {y + 2}h3v3h-3z"/>' for x, y in _CORNERS
    )
    return f'<svg viewBox="-2 -2 {_SIZE + 4} {_SIZE + 4}" aria-hidden="true"><path d="{modules}"/>{corners}</svg>'


def _modules(seed: bytes) -> Iterator[tuple[int, int]]:
    """About half of the fields outside the corners and their margins."""
    bits = int.from_bytes(seed * 4, "big")
    for place in range(_SIZE * _SIZE):
        x, y = place % _SIZE, place // _SIZE
        in_corner = any(left - 1 <= x <= left + 7 and top - 1 <= y <= top + 7 for left, top in _CORNERS)
        if not in_corner and (bits >> (place * 37 % 1019)) & 1:
            yield x, y
