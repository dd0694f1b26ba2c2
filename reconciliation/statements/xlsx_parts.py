"""What a spreadsheet's file says about its cells: the sheets' names, the table of texts, and which styles show a date."""

from __future__ import annotations

import posixpath
import zipfile
from collections.abc import Iterator
from xml.etree.ElementTree import Element, fromstring
from xml.parsers import expat

from openpyxl.styles.numbers import BUILTIN_FORMATS, is_date_format

_PIECE = 1 << 16
# Built-in formats of dates in East Asian versions, which have no code of their own in the file.
_DATES_WITHOUT_A_CODE = frozenset((*range(27, 37), *range(50, 59)))


class Parts:
    """The parts of an opened archive that its sheets refer to. Raises ``KeyError`` and the like for a damaged one."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive = archive
        self._names = set(archive.namelist())
        self._home = "xl"
        book = self._read("xl/workbook.xml")
        targets = {one.get("Id"): one.get("Target") or "" for one in self._read("xl/_rels/workbook.xml.rels")}
        self.sheets = [
            (one.get("name") or "", self._path(targets[_attribute(one, "id")]))
            for one in _all(book, "sheet")
            if _attribute(one, "id")
        ]
        self.since_1904 = any(one.get("date1904") in ("1", "true") for one in _all(book, "workbookPr"))
        self.texts = list(self._shared_texts())
        self.date_styles = self._dates()

    def _path(self, target: str) -> str:
        """Targets are relative to the workbook, or begin at the root of the archive."""
        return target.lstrip("/") if target.startswith("/") else posixpath.normpath(posixpath.join(self._home, target))

    def _read(self, name: str) -> Element:
        return fromstring(self._archive.read(name))  # noqa: S314 what declares a document type was refused

    def _shared_texts(self) -> Iterator[str]:
        name = next((one for one in self._names if one.endswith("sharedStrings.xml")), "")
        return texts_of(self._archive, name) if name else iter(())

    def _dates(self) -> list[bool]:
        """Of each style whether it shows a date or a time."""
        if "xl/styles.xml" not in self._names:
            return []
        styles = self._read("xl/styles.xml")
        codes = {int(one.get("numFmtId") or 0): one.get("formatCode") or "" for one in _all(styles, "numFmt")}
        formats = next(_all(styles, "cellXfs"), None)
        numbers = [int(one.get("numFmtId") or 0) for one in formats] if formats is not None else []
        return [
            number in _DATES_WITHOUT_A_CODE or is_date_format(codes.get(number) or BUILTIN_FORMATS.get(number, ""))
            for number in numbers
        ]


def texts_of(archive: zipfile.ZipFile, name: str) -> Iterator[str]:
    """The texts of the shared table, in order; of rich text its pieces, without the readings of characters."""
    found: list[str] = []
    parts: list[str] = []
    inside = {"t": False, "rPh": False}

    def start(tag: str, _attributes: object) -> None:
        tag = tag.rpartition(":")[2]
        if tag == "si":
            parts.clear()
        elif tag in inside:
            inside[tag] = True

    def end(tag: str) -> None:
        tag = tag.rpartition(":")[2]
        if tag == "si":
            found.append("".join(parts))
        elif tag in inside:
            inside[tag] = False

    def characters(text: str) -> None:
        if inside["t"] and not inside["rPh"]:
            parts.append(text)

    parser = xml_parser()
    parser.StartElementHandler, parser.EndElementHandler, parser.CharacterDataHandler = start, end, characters
    for _ in fed(parser, archive, name):
        yield from found
        found.clear()


def xml_parser() -> expat.XMLParserType:
    """A parser that hands texts over whole and takes no entities."""
    parser = expat.ParserCreate()
    parser.buffer_text = True

    def refuse(*_declaration: object) -> None:
        raise expat.ExpatError("entities are not taken")

    parser.EntityDeclHandler = refuse
    return parser


def fed(parser: expat.XMLParserType, archive: zipfile.ZipFile, name: str) -> Iterator[None]:
    """Feed a part of the archive piece by piece; comes back after each."""
    with archive.open(name) as part:
        while data := part.read(_PIECE):
            parser.Parse(data, False)
            yield
    parser.Parse(b"", True)
    yield


def _all(element: Element, name: str) -> Iterator[Element]:
    """Elements of this name in whatever namespace: there are two of spreadsheets."""
    return (one for one in element.iter() if one.tag.rpartition("}")[2] == name)


def _attribute(element: Element, name: str) -> str:
    return next((value for key, value in element.items() if key.startswith("{") and key.endswith("}" + name)), "")
