"""Which texts are requirements whatever their name, and which are not."""

from __future__ import annotations

import pytest

from kdoctor.collect.pastes import read as dispatch
from kdoctor.collect.projects.open_requirements import read

REQUIREMENTS = [
    "keras>=3.5",
    "tensorflow==2.15.1 # as trained\n\n# why: the cluster\nkeras>=3.5,<4 ; python_version < '3.13'\n",
    "--index-url https://example.org/simple\ntf-keras[extra] ~= 2.16\r\nnumpy\r\n",
    "tensorflow >= 2.16, < 2.18\nkeras != 3.0.0",
]
OTHER = [
    "keras==3.5.0\nnumpy==1.26.4",
    "keras >= 3.5 fails for me",
    "keras>=3.5\nit fails since yesterday",
    "Package Version\n------- -------\nkeras   3.5.0\n",
]


@pytest.mark.parametrize("text", REQUIREMENTS)
def test_nothing_but_requirements_is_a_requirements_file(text):
    found = read(text, "deps.txt")
    assert found is not None
    assert found.origin == "requirements"


@pytest.mark.parametrize("text", OTHER)
def test_other_texts_are_read_as_what_they_are(text):
    assert read(text, "deps.txt") is None


def test_the_dispatcher_asks_for_them():
    assert dispatch("keras>=3.5\n", "standard input").kind == "requirements file"


@pytest.mark.parametrize("text", ["keras>=3.5" + " " * 500_000 + "x", "k[" * 300_000 + ">", ("keras>=" + "1," * 400 + "\n") * 500])
def test_a_hostile_text_is_told_in_linear_time(text):
    assert read(text, "deps.txt") is None
