"""Encodings: which one a file has, and what becomes of bytes that are no text."""

import pytest

from reconciliation.statements.decoding import Decoder, composed, has_wrong_bytes
from reconciliation.statements.faults import Unreadable

TEXT = "Mã đơn hàng,Nội dung,Đã thanh toán,Hoàn tiền lần hai,ưỡ ẩ ự ỷ ặ\n"


def windows_1258(text):
    """As Windows writes Vietnamese: circumflexes and horns in the letter, tones after it."""
    import unicodedata

    tones = {"̀", "́", "̃", "̉", "̣"}
    written = []
    for character in text:
        apart = unicodedata.normalize("NFD", character)
        tone = "".join(mark for mark in apart if mark in tones)
        written.append(unicodedata.normalize("NFC", "".join(mark for mark in apart if mark not in tones)) + tone)
    return "".join(written).encode("cp1258")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("piece", [1, 7, 4096])
def test_text_comes_back_whatever_the_pieces_are(encoding, piece):
    data = (TEXT * 3).encode(encoding)
    pieces = [data[at : at + piece] for at in range(0, len(data), piece)] if piece > 3 or encoding == "utf-8" else [data]
    decoder = Decoder()
    assert "".join(decoder.decode(one) for one in pieces) + decoder.decode(b"", last=True) == TEXT * 3


def test_windows_1258_is_recognised_and_its_marks_are_put_onto_their_letters():
    decoder = Decoder()
    assert composed(decoder.decode(windows_1258(TEXT))) == TEXT


def test_what_is_decided_is_decided_at_the_first_piece_that_is_not_ascii():
    decoder = Decoder()
    assert decoder.decode(b"a,b\n1,2\n") == "a,b\n1,2\n"
    assert composed(decoder.decode(windows_1258(TEXT))) == TEXT


def test_one_spoilt_row_does_not_make_a_file_windows_1258():
    text = Decoder().decode(TEXT.encode() + windows_1258(TEXT) + TEXT.encode())
    assert [has_wrong_bytes(line) for line in text.split("\n")] == [False, True, False, False]
    assert text.startswith(TEXT)


def test_bytes_that_are_vietnamese_in_no_encoding_are_wrong_and_not_guessed():
    assert has_wrong_bytes(Decoder().decode(b"1,\xff\xfb\x8d\n"))


def test_half_a_character_of_utf_16_is_told():
    decoder = Decoder()
    decoder.decode(TEXT.encode("utf-16"))
    with pytest.raises(Unreadable):
        decoder.decode(b"\x41", last=True)
