"""A try's error in the reader's language."""

import pytest
from django.utils.translation import override

from webhooks.outbound.words import spoken


@pytest.mark.parametrize(
    ("error", "vietnamese"),
    [
        ("the host name cannot be resolved", "không phân giải được tên máy chủ"),
        ("the connection failed: Connection refused", "không kết nối được: Connection refused"),
        ("no answer within 15 s", "không có trả lời trong 15 giây"),
        ("", ""),
        ("something else", "something else"),
    ],
)
def test_a_known_error_is_said_in_vietnamese_and_stays_as_it_is_in_english(error, vietnamese):
    with override("vi"):
        assert spoken(error) == vietnamese
    with override("en"):
        assert spoken(error) == error
