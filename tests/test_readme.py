"""What the README and the other texts claim, held against the program."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from kdoctor.cli import COMMANDS

ROOT = Path(__file__).parents[1]
README = ROOT / "README.md"
_EXAMPLE = re.compile(r"(?<=```text\n).*?(?=\n```)", re.DOTALL)


def example() -> str:
    result = subprocess.run(
        [sys.executable, "-m", "kdoctor", "check", "--example", "--color", "never"],
        env={**os.environ, "PYTHONIOENCODING": "utf-8", "PYTHONPATH": str(ROOT)},
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert result.returncode == 1, result.stderr
    return result.stdout.partition("\n")[2].strip()


def test_the_report_in_the_readme_is_what_the_example_says() -> None:
    text = README.read_text(encoding="utf-8")
    if os.environ.get("KDOCTOR_GOLDEN") == "write":
        README.write_text(_EXAMPLE.sub(lambda _: example(), text), encoding="utf-8")
        return
    found = _EXAMPLE.search(text)
    assert found
    assert found[0] == example()


def tracked() -> list[Path]:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=False).stdout.decode()
    return [ROOT / name for name in listed.split("\0") if name and (ROOT / name).is_file()]


@pytest.mark.skipif(not (ROOT / ".git").exists(), reason="this is no checkout")
def test_nobody_is_told_to_install_the_namesake() -> None:
    # On the public index the bare name belongs to another project.
    wrong = re.compile(rb"(pip|uv|uvx|pipx)[a-z -]* (install|add|run) +(-\S+ +)*kdoctor\b")
    assert [str(path) for path in tracked() if wrong.search(path.read_bytes())] == []


def test_every_command_of_the_readme_exists() -> None:
    used = set(re.findall(r"^kdoctor ([a-z]+)", README.read_text(encoding="utf-8"), re.MULTILINE))
    assert used
    assert used <= set(COMMANDS)
