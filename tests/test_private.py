"""Canaries planted wherever an environment takes text: in no output of any command, whatever the format."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from kdoctor.cli.formats import FORMATS
from kdoctor.collect.variables import VARIABLES

pytestmark = pytest.mark.skipif(os.name == "nt", reason="the environment is laid out as on POSIX")

CANARY = "Zebra77Canary"
#: What a terminal, a CI service, Markdown or HTML would act upon.
ACTS = ("\x1b", "\x9b", "::error", "::set-", "##[", "<script", "<img", "javascript:")
INJECTION = f"x\x1b[31m<script>alert(1)</script><img src=x>[a](javascript:b)::error::{CANARY} ##[group]{CANARY}"

METADATA = f"""Metadata-Version: 2.1
Name: {{name}}
Version: {{version}}
Summary: {CANARY} {INJECTION}
Home-page: https://{CANARY}:{CANARY}@{CANARY}.example.org/{CANARY}
Author: {CANARY}
Author-email: {CANARY}@example.org
License: {CANARY}
Requires-Dist: numpy>=1.26
Requires-Dist: other @ https://user:{CANARY}@{CANARY}.example.org/{CANARY}.whl
Requires-Dist: another ; platform_release == "{CANARY}"
Project-URL: Home, https://{CANARY}/

{CANARY}
"""


def lay_out(root: Path) -> tuple[Path, dict[str, str]]:
    """Make an environment with something wrong in it below a folder that is called by the canary, and the variables around it."""
    place = root / CANARY / f"{CANARY} files" / "env"
    site = place / "lib" / f"python{sys.version_info[0]}.{sys.version_info[1]}" / "site-packages"
    rows = (("tensorflow", "2.16.1"), ("keras", "2.15.0"), ("numpy", "2.0.0"), ("jax", f"1.0+{CANARY.lower()}"), ("absl-py", CANARY))
    for name, version in rows:
        folder = site / f"{name.replace('-', '_')}-{version}.dist-info"
        folder.mkdir(parents=True)
        (folder / "METADATA").write_text(METADATA.format(name=name, version=version), encoding="utf-8")
        (folder / "INSTALLER").write_text(f"{CANARY}\n", encoding="utf-8")
        (folder / "direct_url.json").write_text(json.dumps({"url": f"https://{CANARY}@host/"}), encoding="utf-8")
    (site / f"{CANARY}.pth").write_text(f"/nowhere/{CANARY}\n", encoding="utf-8")
    (place / "pyvenv.cfg").write_text(f"home = {Path(sys._base_executable).parent}\nprompt = {CANARY}\n", encoding="utf-8")
    (place / "bin").mkdir()
    (place / "bin" / "python").symlink_to(sys._base_executable)
    home = root / CANARY / "home"
    (home / ".keras").mkdir(parents=True)
    config = {"backend": CANARY, "floatx": INJECTION, CANARY: CANARY, "image_data_format": f"/{CANARY}", "epsilon": CANARY}
    (home / ".keras" / "keras.json").write_text(json.dumps(config), encoding="utf-8")
    return place, variables(home)


def variables(home: Path) -> dict[str, str]:
    """Give values of the wrong kind to every variable that kdoctor looks at, but those that the interpreter itself obeys."""
    values = (CANARY, INJECTION, f"https://u:{CANARY}@{CANARY}/", f"0,{CANARY}", f"--xla_flag={CANARY}", f"/x/{CANARY}:/home/{CANARY}/y")
    found = {
        name: values[number % len(values)] for number, name in enumerate(VARIABLES) if not name.startswith(("PYTHON", "LD_", "KERAS_HOME"))
    }
    found["LD_LIBRARY_PATH"] = f"/usr/local/cuda-11.2/lib64:/home/{CANARY}/lib:/x/{CANARY}/stubs"
    secrets = {"PIP_INDEX_URL": f"https://u:{CANARY}@host/", "HF_TOKEN": CANARY, "USER": CANARY, "HOSTNAME": CANARY, "LOGNAME": CANARY}
    return {**found, **secrets, "HOME": str(home), "PATH": os.environ["PATH"]}


@pytest.fixture(scope="module")
def planted(tmp_path_factory):
    return lay_out(tmp_path_factory.mktemp("root"))


def run(planted, *arguments: str) -> str:
    place, environment = planted
    # Without site, so that the variables and the home of the test do not change how kdoctor itself is found.
    code = "import sys; sys.path[:0] = sys.argv.pop(1).split(':'); from kdoctor.cli import main; main()"
    path = ":".join([str(Path(__file__).parents[1]), *filter(None, sys.path)])
    result = subprocess.run(
        [sys.executable, "-I", "-c", code, path, *arguments],
        env=environment,
        cwd=place.parent,
        capture_output=True,
        encoding="utf-8",
        check=False,
        timeout=120,
    )
    assert result.returncode in (0, 1), result.stderr
    assert "TensorFlow" in result.stdout or "tensorflow" in result.stdout
    return result.stdout


DOCUMENTS = [form for form in FORMATS if form != "text"]


@pytest.mark.parametrize(
    "arguments",
    [*(("check", "--format", form) for form in DOCUMENTS), ("report",), ("snapshot",)],
    ids=" ".join,
)
def test_no_document_holds_a_canary(planted, arguments):
    said = run(planted, *arguments, "--python", str(planted[0]))
    assert CANARY.lower() not in said.lower()
    assert [act for act in ACTS if act in said and not (act.startswith("::error") and "github" in arguments)] == []


@pytest.mark.parametrize("verbosity", [(), ("-v",)], ids=["plain", "verbose"])
def test_the_terminal_shows_places_and_nothing_else(planted, verbosity):
    said = run(planted, "check", *verbosity, "--python", str(planted[0]))
    assert "2.16.1" in said
    shown = said.replace(str(planted[0].parents[2]), "")
    for place in (
        f"/{CANARY}/{CANARY} files/env",
        f"{CANARY}/{CANARY} files",
        f"/home/{CANARY}/lib",
        f"/x/{CANARY}/stubs",
        f"+{CANARY.lower()}",
    ):
        shown = shown.replace(place, "")
    assert [line for line in shown.split("\n") if CANARY in line] == []
    assert [act for act in ACTS if act in said] == []


@pytest.mark.parametrize("form", DOCUMENTS)
def test_no_document_of_a_paste_holds_a_canary(planted, tmp_path, form):
    paste = tmp_path / "paste.txt"
    paste.write_text(
        f"""Hi, {CANARY} here <{CANARY}@example.org>, {INJECTION}
Looking in indexes: https://{CANARY}:{CANARY}@{CANARY}/simple
  File "/home/{CANARY}/{CANARY}/lib/python3.11/site-packages/tensorflow/__init__.py", line 4, in <module>
{CANARY}Error: {CANARY}
tensorflow @ file:///home/{CANARY}/tensorflow-2.16.1-cp311-cp311-linux_x86_64.whl
keras==2.15.0
export KERAS_BACKEND={CANARY}
export LD_LIBRARY_PATH=/home/{CANARY}/lib:/{CANARY}
# packages in environment at /home/{CANARY}/miniconda3/envs/{CANARY}:
""",
        encoding="utf-8",
    )
    said = run(planted, "check", "--from", str(paste), "--format", form)
    assert CANARY not in said.replace(str(tmp_path), "")
    assert [act for act in ACTS if act in said and not (act.startswith("::error") and form == "github")] == []
