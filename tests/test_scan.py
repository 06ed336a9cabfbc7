"""`kdoctor scan` and `kdoctor check --project`: which files are read, what is told of those that cannot be, and the exit code."""

from __future__ import annotations

import json
import multiprocessing
import os
from pathlib import Path

import pytest
from builders import snapshot
from click.testing import CliRunner

from kdoctor.cli.check import check
from kdoctor.cli.project import _line as bar
from kdoctor.cli.scan import scan
from kdoctor.collect import sources
from kdoctor.collect.sources import Wanted
from kdoctor.contract import snapshot_document
from kdoctor.errors import KdoctorError

NEW = "tensorflow==2.21.0 keras==3.15.1 numpy==2.1.0"


@pytest.fixture
def tree(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    def lay(files: dict[str, str | bytes], installed: str = NEW, **more) -> None:
        (tmp_path / "env.json").write_text(json.dumps(snapshot_document(snapshot(installed, **more))))
        for name, content in files.items():
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content if isinstance(content, bytes) else content.encode())

    return lay


def run(command, *arguments: str):
    return CliRunner().invoke(command, [*arguments, "--from", "env.json"])


def found(*paths: str, **wanted) -> list[str]:
    return sorted(sources.scan(Wanted(paths or (".",), **wanted)).facts)


def test_each_file_of_the_project_is_read(tree):
    tree({
        "a.py": "import keras",
        "sub/b.py": "import keras",
        "n.ipynb": '{"cells": [{"cell_type": "code", "source": "import keras"}]}',
        "w.pyw": "import keras",
        "text.txt": "import keras",
        "venv/c.py": "import keras",
        "x/site-packages/d.py": "import keras",
        ".git/e.py": "import keras",
    })  # fmt: skip
    assert found() == ["a.py", "n.ipynb", "sub/b.py", "w.pyw"]
    assert found("sub", "sub/b.py", "a.py") == ["a.py", "sub/b.py"]
    # What is named is read, wherever it lies.
    assert found("venv", "x/site-packages") == ["venv/c.py", "x/site-packages/d.py"]


def test_gitignore_is_heeded_as_git_reads_it(tree):
    tree({
        ".git/config": "",
        ".gitignore": "ignored.py\n/only/\n*.gen.py\n!kept.gen.py\n",
        "a.py": "import keras",
        "ignored.py": "import keras",
        "deep/ignored.py": "import keras",
        "only/b.py": "import keras",
        "deep/only/c.py": "import keras",
        "x.gen.py": "import keras",
        "kept.gen.py": "import keras",
        "deep/.gitignore": "!ignored.py\nmine.py\n",
        "deep/mine.py": "import keras",
    })  # fmt: skip
    assert found() == ["a.py", "deep/ignored.py", "deep/only/c.py", "kept.gen.py"]
    # Patterns of the folders above hold, too.
    assert found("deep/only") == ["deep/only/c.py"]
    assert "only/b.py" in found(gitignore=False)
    assert found(exclude=("deep/", "kept*")) == ["a.py"]


def test_a_path_that_does_not_exist_is_an_error(tree):
    tree({})
    with pytest.raises(KdoctorError, match="nowhere does not exist"):
        sources.scan(Wanted(("nowhere",)))


BAD = {
    "python2.py": (b"import keras\nprint 'x'", "written for Python 2"),
    "latin.py": (b"import keras # \xe9", "not UTF-8 text (line 1)"),
    "null.py": (b"import keras\0", "null bytes"),
    "broken.ipynb": (b'{"cells": [{"keras', "not a notebook"),
    "large.py": (b"import keras\nx = '" + b"a" * 5_000_000 + b"'", "larger than 4 MiB"),
    "deep.py": (b"import keras\nx = " + b"[" * 10_000, "nested too deeply"),
}


def test_what_cannot_be_read_is_told_in_a_line_each_and_the_rest_goes_on(tree):
    tree({"good.py": "import keras\n", **{name: data for name, (data, _) in BAD.items()}})
    result = run(scan)
    assert result.exit_code == 3
    told = result.stderr.splitlines()
    assert len(told) == len(BAD)
    for name, (_, reason) in BAD.items():
        assert sum(name in line and reason in line for line in told) == 1, (name, told)
    assert "1 place in 1 file" in result.stdout


def test_what_is_wrong_decides_the_exit_code_before_what_is_unread(tree):
    tree({"bad.py": "import keras\nkeras.utils.np_utils", "null.py": b"import keras\0"})
    assert run(scan).exit_code == 1


def test_what_has_nothing_to_do_with_keras_is_not_complained_of(tree):
    tree({"python2.py": "print 'x'", "null.py": b"\0", "latin.py": b"# \xe9", "large.py": b"x = '" + b"a" * 5_000_000})
    result = run(scan)
    assert (result.exit_code, result.stderr) == (0, "")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes here")
def test_pipes_links_and_circles(tree):
    tree({"a.py": "import keras", "sub/b.py": "import keras"})
    os.mkfifo("pipe.py")
    os.symlink("circle.py", "circle.py")
    os.symlink("..", "sub/up")
    os.symlink("sub", "again")
    os.symlink("a.py", "link.py")
    read = sources.scan(Wanted((".",)))
    assert sorted(read.facts) == ["a.py", "link.py", "sub/b.py"]
    assert sorted(read.unread) == ["circle.py", "pipe.py"]
    assert read.unread["pipe.py"] == "no plain file"


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="everybody may read everything")
def test_a_file_that_may_not_be_read_is_told(tree):
    tree({"a.py": "import keras"})
    Path("a.py").chmod(0)
    assert "a.py" in sources.scan(Wanted((".",))).unread


def test_many_files_on_all_cores_give_the_same(tree):
    tree({f"d{number % 7}/f{number}.py": f"import keras.layers.l{number}" for number in range(400)})
    read = sources.scan(Wanted((".",)))
    assert read.files == 400
    assert [facts.uses[0].name for path, facts in read.facts.items() if path.endswith("/f399.py")] == ["keras.layers.l399"]
    assert len(read.facts) == 400


def test_the_report_names_places(tree):
    tree({"src/train.py": "import keras\n\nkeras.utils.np_utils\n"})
    result = run(scan, "src")
    assert result.exit_code == 1
    assert "  at    src/train.py:3:1" in result.stdout.splitlines()
    report = json.loads(run(scan, "src", "--format", "json").stdout)
    assert report["findings"][0]["locations"] == [{"path": "src/train.py", "line": 3, "column": 1, "end_line": 3, "end_column": 21}]
    assert report["ways"][0]["way"] == "keras"


def test_a_place_in_a_notebook_names_the_cell(tree):
    tree(
        {
            "n.ipynb": json.dumps(
                {
                    "cells": [
                        {"cell_type": "markdown", "source": "x"},
                        {"cell_type": "code", "source": ["import keras\n", "keras.utils.np_utils"]},
                    ]
                }
            )
        }
    )
    assert "  at    n.ipynb:cell 2:2:1" in run(scan).stdout.splitlines()


@pytest.mark.parametrize(("indent", "form", "line"), [(1, "lines", 16), (None, "lines", 1), (1, "text", 14)])
def test_formats_that_point_at_files_name_the_line_of_a_notebook_in_its_file(tree, indent, form, line):
    source = ["import keras\n", "keras.utils.np_utils"]
    cells = [
        {"cell_type": "markdown", "metadata": {}, "source": ['# "source": [\n', "x"]},
        {"cell_type": "code", "metadata": {}, "source": source if form == "lines" else "".join(source)},
    ]
    text = json.dumps({"cells": cells}, indent=indent)
    tree({"n.ipynb": text})
    (command,) = [one for one in run(scan, "--format", "github").stdout.splitlines() if one.startswith("::error")]
    assert f"file=n.ipynb,line={line},endLine={line},title=" in command
    assert "(cell 2, line 2)" in command
    region = json.loads(run(scan, "--format", "sarif").stdout)["runs"][0]["results"][0]["locations"][0]["physicalLocation"]["region"]
    assert region == {"startLine": line, "startColumn": 1}
    assert "np_utils" in text.split("\n")[line - 1]
    assert "  at    n.ipynb:cell 2:2:1" in run(scan).stdout.splitlines()


def test_formats_that_point_at_files_name_each_place(tree):
    tree({"a.py": "import keras\nkeras.utils.np_utils\nkeras.utils.np_utils\n"})
    lines = run(scan, "--format", "github").stdout.splitlines()
    assert sum("file=a.py,line=2," in line for line in lines) == 1
    assert sum("file=a.py,line=3," in line for line in lines) == 1
    region = json.loads(run(scan, "--format", "sarif").stdout)["runs"][0]["results"][0]["locations"][0]["physicalLocation"]["region"]
    assert region == {"startLine": 2, "startColumn": 1, "endLine": 2, "endColumn": 21}


def test_a_baseline_lets_only_new_findings_count(tree):
    tree({"a.py": "import keras\nkeras.utils.np_utils\n"})
    assert run(scan, "--write-baseline", "known.json").exit_code == 0
    assert run(scan, "--baseline", "known.json").exit_code == 0
    assert run(scan).exit_code == 1


@pytest.fixture
def many(tree, monkeypatch):
    tree({f"m{number}.py": "import keras" for number in range(12)})
    for name, value in (("_FEW", 2), ("_BATCH", 3), ("_MANY", 4)):
        monkeypatch.setattr(sources, name, value)


@pytest.mark.usefixtures("many")
def test_how_far_the_reading_is_can_be_told():
    told: list[tuple[int, int]] = []
    scanned = sources.scan(Wanted((".",)), lambda done, of: told.append((done, of)))
    assert told == [(4, 0), (8, 0), (12, 0), (3, 12), (6, 12), (9, 12), (12, 12)]
    assert len(scanned.facts) == scanned.files == 12


@pytest.mark.usefixtures("many")
def test_whoever_interrupts_leaves_no_process_behind():
    def interrupt(_done: int, of: int) -> None:
        if of:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        sources.scan(Wanted((".",)), interrupt)
    assert multiprocessing.active_children() == []


@pytest.mark.parametrize(("columns", "longest"), [("200", 100), ("60", 59), ("20", 40)])
def test_the_bar_fits_the_terminal(columns, longest, monkeypatch):
    monkeypatch.setenv("COLUMNS", columns)
    lines = [bar(done, 123_456) for done in (0, 61_728, 123_456)]
    assert all(len(line) <= longest for line in lines)
    assert 0 <= lines[1].count("-") - lines[1].count("#") <= 1
    assert bar(7000, 0) == "  looking  7000 files"


def test_hostile_names_do_not_reach_the_terminal(tree):
    tree({"a\x1b[31m.py": "import keras\nkeras.utils.np_utils", "b\x1b.py": b"import keras\0"})
    result = run(scan)
    assert "\x1b" not in result.stdout + result.stderr


SICK = "tensorflow==2.12.1 keras==3.6.0 numpy==1.23.5"


@pytest.mark.parametrize(("code", "exit_code"), [("import keras", 0), ("from tensorflow.keras import layers", 1)])
def test_a_project_is_judged_by_what_it_uses(tree, code, exit_code):
    tree({"train.py": code}, SICK)
    assert run(check, "--project", ".").exit_code == exit_code
    assert run(check).exit_code == 1
    report = run(check, "--project", ".", "--format", "json").stdout
    Path("env.json").write_text(report)
    # The report says the same when it is read again.
    assert run(check).exit_code == exit_code


def test_usage(tree):
    tree({})
    assert run(scan, "-q", "-v").exit_code == 2
