"""The live probe on real environments: what it sees is what the programs of the laboratory do, and it leaves no trace."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from rows import ROWS, Row

from kdoctor.model import USAGES
from lab import environments

pytestmark = pytest.mark.real

#: A Keras without TensorFlow, a pair of which one half fails, and files of two releases in one folder.
PROBED = [row for row in ROWS if row.name in ("healthy-jax", "keras-3-on-2.12", "two-tensorflows")]


@pytest.mark.parametrize("row", PROBED, ids=[row.name for row in PROBED])
def test_the_probe_sees_what_programs_see(row: Row, tmp_path: Path) -> None:
    try:
        python = environments.kept(row.recipe)
    except LookupError as missing:
        pytest.skip(str(missing))
    home, temporary = tmp_path / "home", tmp_path / "temporary"
    home.mkdir()
    temporary.mkdir()
    surroundings = {**environments.surroundings(home, row.variables, python), "TMPDIR": str(temporary)}
    command = [sys.executable, "-m", "kdoctor", "check", "--probe", "--python", str(python), "--format", "json"]
    done = subprocess.run(command, env=surroundings, cwd=environments.ROOT, capture_output=True, text=True, timeout=1200, check=False)
    report = json.loads(done.stdout)
    happened = tuple(report["usages"][usage]["works"] for usage in USAGES)
    assert happened == row.works, report["snapshot"]["probe"]
    probed = [result for result in report["usages"].values() if result.get("probed")]
    assert probed
    assert all(result["works"] == result["foretold"] for result in probed)
    assert not {found["rule"] for found in report["findings"]} & {"KD811", "KD812", "KD813", "KD814"}
    assert (done.returncode, report["verdict"]) == (1 if row.verdict == "error" else 0, row.verdict)
    assert [os.listdir(folder) for folder in (home, temporary)] == [[], []]
