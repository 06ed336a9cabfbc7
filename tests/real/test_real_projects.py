"""What kdoctor takes for today's releases of a project, against what a real resolver takes on the same day."""

from __future__ import annotations

import subprocess

import pytest

from kdoctor.collect.projects import requirements
from kdoctor.doctor import diagnose
from kdoctor.knowledge.index import open_embedded
from kdoctor.model import Platform, Python
from kdoctor.targets import at
from lab.environments import fetched_uv

pytestmark = pytest.mark.real

LINUX = Platform("linux", "x86_64", "glibc 2.31")


@pytest.mark.parametrize(
    ("text", "python"),
    [
        ("tensorflow==2.19.*\ntensorflow-datasets==4.9.*\n", "3.12"),
        ("tensorflow>=2.15\nkeras<3\n", "3.11"),
        ("tensorflow[and-cuda]==2.18.*\nnumpy<2.1\n", "3.11"),
        ("keras>=3\njax[cuda12]\n", "3.12"),
    ],
)
def test_what_is_installed_today_is_what_uv_would_install(text, python):
    report = diagnose(at(requirements.read(text, "requirements.txt"), Python(python), LINUX))
    taken = {one.name: one.version for one in report.snapshot.distributions if one.version}
    day = open_embedded().date
    command = [
        fetched_uv(),
        "pip",
        "compile",
        "--quiet",
        "--no-header",
        "--no-annotate",
        "--exclude-newer",
        day,
        "--python-version",
        python,
    ]
    done = subprocess.run(
        [*command, "--python-platform", "x86_64-manylinux_2_31", "-"], input=text, capture_output=True, encoding="utf-8", check=True
    )
    resolved = dict(line.partition(" ;")[0].split("==") for line in done.stdout.splitlines() if "==" in line)
    assert len(taken) > 8
    assert taken == {name: resolved.get(name) for name in taken}
