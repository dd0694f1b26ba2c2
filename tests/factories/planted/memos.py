"""What banks, apps and payers make of the memo that a QR asked for."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

Style = Callable[[str, Random], str]
_LOOK_ALIKES = {"0": "O", "1": "I"}
_LONGEST_CUT = 4


def _accented(name: str, _random: Random) -> str:
    return f"Chuyển khoản {name} cảm ơn nhé"


def _lower(name: str, _random: Random) -> str:
    return name.lower()


def _spaced(name: str, random: Random) -> str:
    """A space, a point or a dash somewhere inside, once or twice."""
    for _ in range(random.randint(1, 2)):
        place = random.randrange(3, len(name) - 1)
        name = name[:place] + random.choice((" ", ".", "-")) + name[place:]
    return name


def _prefixed(name: str, random: Random) -> str:
    return f"MBVCB.{random.randrange(10**9, 10**10)}.{name}.CT tu 9988776655 NGUYEN THI ANH toi 257678859 CONG TY"


def _stuck(name: str, _random: Random) -> str:
    return f"THANHTOANDONHANG{name}"


def _look_alike(name: str, _random: Random) -> str:
    """Typed by hand: a letter for a digit."""
    return name[:2] + "".join(_LOOK_ALIKES.get(one, one) for one in name[2:])


def _words_without_marks(name: str, _random: Random) -> str:
    return f"THANH TOAN DON HANG {name} CHO CUA HANG HOA SEN"


STYLES: list[Style] = [_accented, _lower, _spaced, _prefixed, _stuck, _look_alike, _words_without_marks]


def cut_off(name: str, random: Random) -> str:
    """The last one to four characters are lost; what is left begins no other reference of the story."""
    return f"IBFT {random.randrange(10**5)} CHUYEN TIEN DON {name}"[: -random.randint(1, _LONGEST_CUT)]


def several(names: list[str], random: Random) -> str:
    return random.choice((" ", " va ", ", ", " + ")).join(names)


def mistyped(name: str, random: Random) -> str:
    """Two neighbours swapped: the check characters tell."""
    places = [one for one in range(2, len(name) - 1) if name[one] != name[one + 1]]
    place = random.choice(places)
    return name[:place] + name[place + 1] + name[place] + name[place + 2 :]
