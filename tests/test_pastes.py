"""What is read from texts that people paste."""

from __future__ import annotations

import pytest

from kdoctor.collect.pastes import READERS, read
from kdoctor.errors import KdoctorError


def test_the_last_reader_takes_whatever_is_left():
    assert (READERS[-1].names, READERS[-1].signs) == ("", "")


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "x: empty"),
        (b" \n\t", "x: empty"),
        (b"Dear all,\nplease help\n", "x: nothing in it was recognized"),
        (bytes(range(256)), "x: not UTF-8 text, and nothing in it was recognized"),
        (b"x" * (32 * 2**20 + 1), "x: larger than 32 MiB, too large for a paste"),
        (b'{"a": 1}', "x: schema is missing, so this is no kdoctor.snapshot/1 document"),
        (b"[]", "x: nothing in it was recognized"),
        (b'[{"name": "keras", "vers', "x: cut off: the JSON text ends too early (line 1, column 20)"),
    ],
    ids=lambda value: repr(value)[:30],
)
def test_what_cannot_be_read_is_told_in_one_line(data, message):
    with pytest.raises(KdoctorError) as caught:
        read(data, "x")
    assert caught.value.message == message
