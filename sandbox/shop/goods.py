"""What the shop sells."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Goods:
    """One thing on the shelf; texts by language, price in whole VND. `picture` is a template beside the others."""

    code: str
    price: int
    name: dict[str, str]
    about: dict[str, str]
    picture: str


GOODS = {
    "hat": Goods(
        "hat",
        100_000,
        {"vi": "Nón lá Huế", "en": "Leaf hat from Hue"},
        {"vi": "Đan tay ở làng Phủ Cam, nhẹ và mát.", "en": "Woven by hand in Phu Cam village, light and cool."},
        "hat.svg",
    ),
    "coffee": Goods(
        "coffee",
        250_000,
        {"vi": "Bộ phin cà phê", "en": "Coffee filter set"},
        {"vi": "Phin nhôm và 250 g cà phê Buôn Ma Thuột.", "en": "Aluminium filter and 250 g of highland coffee."},
        "coffee.svg",
    ),
}
