"""A QR code's text as a picture, drawn here: no picture service learns who pays whom."""

from __future__ import annotations

import io

import segno

# Middle error correction, as printed codes are scratched and screens reflect; a border of 4 is what the standard asks for.
_ERROR, _BORDER = "m", 4


def svg(text: str) -> str:
    """An SVG picture that grows to its place; without XML declaration, to be put into a page."""
    return _draw(text, "svg", xmldecl=False, omitsize=True, nl=False, svgclass="qr", lineclass=None).decode()


def png(text: str, *, scale: int = 8) -> bytes:
    """A PNG picture of ``scale`` pixels a dot."""
    return _draw(text, "png", scale=scale)


def _draw(text: str, kind: str, **options: object) -> bytes:
    drawn = io.BytesIO()
    segno.make_qr(text, error=_ERROR).save(drawn, kind=kind, border=_BORDER, **options)
    return drawn.getvalue()
