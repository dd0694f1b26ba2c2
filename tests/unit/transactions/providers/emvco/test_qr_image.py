"""A drawn QR code, read again by a decoder that knows nothing of how it was drawn."""

from __future__ import annotations

import io
from xml.etree import ElementTree

import pytest
import zxingcpp
from PIL import Image

from transactions.providers import qr_image
from transactions.providers.emvco import TransferQR, build, read

TEXTS = [
    build(TransferQR("970416", "257678859")),
    build(TransferQR("970407", "1900123456789012345", 9_999_999_999_999, "THANH TOAN DON HANG 12345")),
    "https://pay.example.vn/payment/" + "x" * 200,
]


@pytest.mark.parametrize("text", TEXTS)
def test_the_png_says_what_it_was_drawn_from(text: str) -> None:
    for scale in (2, 8):
        with Image.open(io.BytesIO(qr_image.png(text, scale=scale))) as image:
            assert image.format == "PNG"
            assert zxingcpp.read_barcode(image).text == text


def test_the_svg_has_the_same_dots_as_the_png() -> None:
    text = TEXTS[1]
    picture = ElementTree.fromstring(qr_image.svg(text))  # noqa: S314 - our own drawing
    side = int(picture.attrib["viewBox"].split()[2])
    dots = rows_of(picture[0].attrib["d"], side)
    drawn = Image.new("1", (side, side), 1)
    for x, y in dots:
        drawn.putpixel((x, y), 0)
    found = zxingcpp.read_barcode(drawn.resize((side * 6, side * 6), Image.Resampling.NEAREST))
    assert read(found.text) == read(text)


def rows_of(path: str, side: int) -> set[tuple[int, int]]:
    """The dark dots of segno's path: ``M x y.5`` then ``h`` (draw) and ``m`` (move) steps, relative."""
    dots: set[tuple[int, int]] = set()
    x = y = 0
    for step in path.replace("M", " M").replace("h", " h").replace("m", " m").split(" "):
        if step.startswith("h"):
            dots |= {(place, y) for place in range(x, x + int(step[1:]))}
            x += int(step[1:])
        elif step.startswith("M"):
            x = int(step[1:])
        elif step.startswith("m"):
            x += int(step[1:])
        elif step:
            y = y + int(step) if "." not in step else int(step.split(".")[0])
    assert max(y for _, y in dots) < side
    return dots


def test_the_svg_can_be_put_into_a_page() -> None:
    picture = qr_image.svg(TEXTS[0])
    assert picture.startswith("<svg ")
    assert "<?xml" not in picture
    assert "width=" not in picture
