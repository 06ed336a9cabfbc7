from __future__ import annotations

import os
import zipfile
from pathlib import Path

import importlib_metadata
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kdoctor.collect.distributions import import_folders, read_distributions, survey
from kdoctor.collect.metadata import LIMIT, normalize
from kdoctor.model import Distribution

POSIX = pytest.mark.skipif(os.name == "nt", reason="made of links and pipes")

KERAS = b"""\
Metadata-Version: 2.1
Name: keras
Version: 3.1.0
Requires-Python: >=3.9
Requires-Dist: numpy
Requires-Dist: h5py>=3

Text
"""
FOLDED = "Name: a\nVersion: 1\nRequires-Dist: numpy\n  <2; \n\tpython_version >= '3.9'\n"
LONG = "Name: a\nLicense: " + "x\n " * 9000 + "y\nVersion: 1\nRequires-Dist: b\n\n"
CUT = "Name: a\nVersion: 1\nX: " + "x" * 8165 + "\nRequires-Dist: b\n\n"


def write(path: Path, content: bytes | str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def read_one(folder: Path) -> Distribution:
    (found,) = read_distributions([str(folder)])
    return found


def test_an_ordinary_distribution_is_read_in_full(tmp_path: Path) -> None:
    write(tmp_path / "keras-3.1.0.dist-info/METADATA", KERAS)
    write(tmp_path / "keras-3.1.0.dist-info/INSTALLER", "uv\n")
    assert read_one(tmp_path) == Distribution(
        name="keras",
        version="3.1.0",
        requires=("numpy", "h5py>=3"),
        requires_python=">=3.9",
        location=str(tmp_path),
        metadata="keras-3.1.0.dist-info",
        installer="uv",
    )


#: What METADATA holds -> name, version, requirements, what is said of it.
HEADERS = [
    ("folded", FOLDED, "a", "1", ("numpy <2; python_version >= '3.9'",), None),
    ("crlf", "Name: a\r\nVersion: 1\r\nRequires-Dist: b\r\n\r\nRequires-Dist: c\r\n", "a", "1", ("b",), None),
    ("no end", "Name: a\nVersion: 1", "a", "1", (), None),
    ("other case", "name: a\nVERSION: 1\nrequires-dist:b\n", "a", "1", ("b",), None),
    ("the text is no header", "Name: a\nVersion: 1\n\nName: z\nRequires-Dist: c\n", "a", "1", (), None),
    ("a stray line ends it", "Name: a\nVersion: 1\nLicense: X\nstray\nRequires-Dist: c\n", "a", "1", (), None),
    ("first name counts", "Name: a\nName: b\nVersion: 1\nVersion: 2\n", "a", "1", (), None),
    ("longer than one read", LONG, "a", "1", ("b",), None),
    ("cut where it looks like none", CUT, "a", "1", ("b",), None),
    ("name counts more than folder", "Name: Other.Name\nVersion: 1\n\n", "other-name", "1", (), "that of Other.Name"),
    ("version counts more than folder", "Name: a\nVersion: 2\n\n", "a", "2", (), "says version 2"),
    ("versions written differently", "Name: A\nVersion: 1.0.0\n\n", "a", "1.0.0", (), None),
    ("empty", "", "a", "1", None, "is empty"),
    ("text only", "<html>\n", "a", "1", None, "begins with no header"),
    ("blank first", "\nName: a\n", "a", "1", None, "begins with no header"),
    ("no version", "Name: a\nRequires-Dist: b\n\n", "a", "1", None, "has no Version"),
    ("empty version", "Name: a\nVersion:\n\n", "a", "1", None, "has no Version"),
    ("no name", "Version: 1\n\n", "a", "1", None, "has no Name"),
    ("truncated", "Metadata-Version: 2.1\nNa", "a", "1", None, "has no Name"),
    ("not utf-8", b"Name: a\nVersion: 1\nRequires-Dist: caf\xe9\n\n", "a", "1", ("caf\ufffd",), "is not UTF-8"),
    ("not utf-8 where nobody looks", b"Name: a\nVersion: 1\nAuthor: caf\xe9\n\n", "a", "1", (), None),
    ("control characters", "Name: a\nVersion: 1\nRequires-Dist: b\x1b[31m\n\n", "a", "1", ("b\x1b[31m",), None),
    ("zeros", b"\0" * 5000, "a", "1", None, "begins with no header"),
    ("gigantic", "Name: a\nVersion: 1\nX: " + "x" * LIMIT, "a", "1", None, "has more than 1024 KiB of headers"),
]


@pytest.mark.parametrize("row", HEADERS, ids=lambda row: row[0])
def test_what_stands_in_metadata_is_read_or_said(tmp_path: Path, row: tuple) -> None:
    _, content, name, version, requires, problem = row
    write(tmp_path / "a-1.dist-info/METADATA", content)
    found = read_one(tmp_path)
    assert (found.name, found.version, found.requires) == (name, version, requires)
    assert problem in (found.problem or "") if problem else found.problem is None


LINES = [b"Name: a", b"Version: 1", b"Requires-Dist: b", b" folded", b"", b"\r", b"\0", b"\xff\xfe", b":", b"From x", b"name:"]


@given(st.lists(st.sampled_from(LINES) | st.binary(max_size=30), max_size=12), st.sampled_from([b"\n", b"\r\n", b"\r"]))
def test_no_content_is_too_odd_to_be_kept(tmp_path_factory: pytest.TempPathFactory, lines: list[bytes], ending: bytes) -> None:
    folder = tmp_path_factory.mktemp("odd")
    write(folder / "a-1.dist-info/METADATA", ending.join(lines))
    write(folder / "b.egg-info", ending.join(lines))
    for found in read_distributions([str(folder)]):
        # It can be written out, and what is not known is said.
        repr(found).encode()
        "".join([found.name, found.version or "", *(found.requires or ()), found.problem or ""]).encode()
        assert found.problem or (found.version and found.requires is not None)


#: Folder -> name, version, half-removed or not, when there is no METADATA in it.
NAMES = [
    ("keras-2.15.0.dist-info", "keras", "2.15.0", False),
    ("~eras-2.15.0.dist-info", "eras", "2.15.0", True),
    ("-eras-2.15.0.dist-info", "eras", "2.15.0", True),
    ("Zope.Interface-5.0.dist-info", "zope-interface", "5.0", False),
    ("two-part-1.0.dist-info", "two-part", "1.0", False),
    ("keras.dist-info", "keras", None, False),
    ("keras-.dist-info", "keras", None, False),
    (".dist-info", "unnamed", None, False),
    ("keras-2.3.1-py3.7.egg-info", "keras", "2.3.1", False),
    ("keras-2.3.1.egg-info", "keras", "2.3.1", False),
    ("keras.egg-info", "keras", None, False),
    ("KERAS-1.DIST-INFO", "keras", "1", False),
]


@pytest.mark.parametrize("row", NAMES, ids=lambda row: row[0])
def test_without_metadata_the_name_of_the_folder_counts(tmp_path: Path, row: tuple) -> None:
    folder, name, version, leftover = row
    (tmp_path / folder).mkdir()
    found = read_one(tmp_path)
    assert (found.name, found.version, found.leftover, found.requires) == (name, version, leftover, None)
    assert "is missing" in (found.problem or "")


@POSIX
@pytest.mark.parametrize(
    ("what", "problem"),
    [
        ("folder", "is a directory"),
        ("dangling", "is a link to nothing"),
        ("loop", "cannot be read"),
        ("pipe", "is empty"),
        ("file", "cannot be read: not a directory"),
    ],
)
def test_odd_files_in_place_of_metadata_are_said(tmp_path: Path, what: str, problem: str) -> None:
    path = tmp_path / "keras-3.1.0.dist-info/METADATA"
    if what == "file":
        write(path.parent, b"")
    else:
        path.parent.mkdir()
    if what == "folder":
        path.mkdir()
    elif what in ("dangling", "loop"):
        path.symlink_to("nowhere" if what == "dangling" else "METADATA")
    elif what == "pipe":
        os.mkfifo(path)
    found = read_one(tmp_path)
    assert (found.name, found.version) == ("keras", "3.1.0")
    assert problem in (found.problem or "")


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="no file is closed to the superuser")
def test_what_may_not_be_read_is_said(tmp_path: Path) -> None:
    path = write(tmp_path / "open/keras-3.1.0.dist-info/METADATA", KERAS)
    path.chmod(0)
    (tmp_path / "closed").mkdir(mode=0)
    found = survey([str(tmp_path / "closed"), str(tmp_path / "open")])
    assert "permission denied" in (found.distributions[0].problem or "")
    assert found.unread == {str(tmp_path / "closed"): "permission denied"}


def test_copies_are_kept_in_the_order_of_the_path(tmp_path: Path) -> None:
    for place in ("b/keras-3.1.0", "a/keras-3.1.0", "a/~eras-2.15.0", "a/Zebra-1", "a/ant-1"):
        write(tmp_path / f"{place}.dist-info/METADATA", KERAS if "eras" in place else f"Name: {place[2:-2]}\nVersion: 1\n")
    found = read_distributions([str(tmp_path / "b"), str(tmp_path / "missing"), str(tmp_path / "a"), "\0"])
    assert [(one.name, (one.location or "")[-1], one.leftover) for one in found] == [
        ("keras", "b", False),
        ("zebra", "a", False),
        ("ant", "a", False),
        ("keras", "a", False),
        ("keras", "a", True),
    ]


EDITABLE = [
    ('{"url": "file:///src", "dir_info": {"editable": true}}', True),
    ('{"url": "file:///src", "dir_info": {"editable": false}}', False),
    ('{"url": "file:///src", "dir_info": {}}', False),
    ('{"url": "file:///editable", "dir_info": null}', False),
    ("[editable", False),
    ("[" * 60000 + "editable", False),
]


@pytest.mark.parametrize(("content", "editable"), EDITABLE, ids=range(len(EDITABLE)))
def test_direct_url_says_what_is_editable(tmp_path: Path, content: str, editable: object) -> None:
    write(tmp_path / "keras-3.1.0.dist-info/METADATA", KERAS)
    write(tmp_path / "keras-3.1.0.dist-info/direct_url.json", content)
    assert read_one(tmp_path).editable is editable


# --- older forms ---------------------------------------------------------------------------------------------------

PKG_INFO = "Metadata-Version: 1.0\nName: Keras\nVersion: 2.3.1\n"
REQUIRES = """numpy>=1.9\nsix\n\n[tests]\npytest\n\n[:python_version < "3"]\nmock\n"""
EGG = "Keras-2.3.1-py3.7.egg"
OLD, OLD_REQUIRES = f"{EGG}-info/PKG-INFO", f"{EGG}-info/requires.txt"
UNPACKED, UNPACKED_REQUIRES = f"{EGG}/EGG-INFO/PKG-INFO", f"{EGG}/EGG-INFO/requires.txt"
INSTALLED, STRAY = "site-packages/Keras.egg-info/PKG-INFO", "site-packages/setup.py"
WANTED = ("numpy>=1.9", "six", 'pytest; extra == "tests"', 'mock; python_version < "3"')

EGGS = [
    ("folder", {OLD: PKG_INFO, OLD_REQUIRES: REQUIRES}, "", WANTED, False),
    ("without requirements", {OLD: PKG_INFO}, "", (), False),
    ("file", {"Keras-2.3.1.egg-info": PKG_INFO}, "", (), False),
    ("source tree", {"Keras.egg-info/PKG-INFO": PKG_INFO, "setup.py": ""}, "", (), True),
    ("no source tree", {INSTALLED: PKG_INFO, STRAY: ""}, "site-packages", (), False),
    ("egg", {UNPACKED: PKG_INFO, UNPACKED_REQUIRES: REQUIRES}, EGG, WANTED, False),
    ("new headers", {"Keras.egg-info/PKG-INFO": PKG_INFO + "Requires-Dist: numpy\n"}, "", ("numpy",), False),
]


@pytest.mark.parametrize("row", EGGS, ids=lambda row: row[0])
def test_older_forms_are_read(tmp_path: Path, row: tuple) -> None:
    _, files, folder, requires, editable = row
    for name, content in files.items():
        write(tmp_path / name, content)
    found = read_one(tmp_path / folder)
    assert (found.name, found.version, found.problem) == ("keras", "2.3.1", None)
    assert ([one.replace("'", '"') for one in found.requires or ()], found.editable) == ([*requires], editable)


def test_a_zipped_egg_is_read(tmp_path: Path) -> None:
    path = tmp_path / "Keras-2.3.1-py3.7.egg"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("EGG-INFO/PKG-INFO", PKG_INFO)
        archive.writestr("EGG-INFO/requires.txt", REQUIRES)
    found = read_one(path)
    assert (found.name, found.version, found.location) == ("keras", "2.3.1", str(path))
    assert [one.replace("'", '"') for one in found.requires or ()] == [*WANTED]


@pytest.mark.parametrize(("content", "known"), [(b"PK\x03\x04 damaged", False), (b"text", True), (b"", True)])
def test_a_file_on_the_path_is_no_obstacle(tmp_path: Path, content: bytes, known: object) -> None:
    path = write(tmp_path / "odd.egg", content)
    found = survey([str(path)])
    assert found.distributions == ()
    assert (found.unread == {}) is known


def test_a_damaged_requires_file_leaves_the_requirements_unknown(tmp_path: Path) -> None:
    write(tmp_path / "Keras.egg-info/PKG-INFO", PKG_INFO)
    write(tmp_path / "Keras.egg-info/requires.txt", b"numpy\n\xff\xfe\n")
    assert read_one(tmp_path).requires is None


# --- against the reader of the field -------------------------------------------------------------------------------


def test_it_reads_what_importlib_metadata_reads() -> None:
    """The interpreter that runs this test has real distributions."""
    folder = str(Path(importlib_metadata.__file__).parents[1])
    expected = {
        (normalize(one.metadata["Name"]), one.version, tuple(one.requires or ())) for one in importlib_metadata.distributions(path=[folder])
    }
    found = {(one.name, one.version, one.requires) for one in read_distributions([folder])}
    assert found == expected
    assert len(found) > 5


# --- what an import would take -------------------------------------------------------------------------------------

FOLDERS = [
    ("not there", {}, None),
    ("empty", {"a/keras/": ""}, 0),
    ("compiled left-overs", {"a/keras/__pycache__/x.pyc": ""}, 0),
    ("without init", {"a/keras/src.py": "", "a/keras/api.py": ""}, 2),
    ("regular", {"a/keras/__init__.py": "", "a/keras/src.py": "", "a/keras/__pycache__/x.pyc": ""}, 2),
    (
        "first on the path",
        {"a/keras/__init__.py": "", "a/keras/x.py": "", "b/keras/__init__.py": "", "b/keras/x.py": "", "b/keras/y.py": ""},
        2,
    ),
    ("a regular one before a bare one", {"a/keras/x.py": "", "b/keras/__init__.py": "", "b/keras/y.py": ""}, 2),
    ("the first of two bare ones", {"a/keras/x.py": "", "b/keras/x.py": "", "b/keras/y.py": ""}, 1),
    ("module", {"a/keras.py": ""}, 1),
    ("folder before module", {"a/keras.py": "", "a/keras/__init__.py": "", "a/keras/x.py": ""}, 2),
    ("module before bare folder", {"a/keras.py": "", "a/keras/x.py": "", "a/keras/y.py": ""}, 1),
    ("a file without ending", {"a/keras": ""}, None),
]


def test_a_lone_init_says_nothing_of_the_installation_that_its_metadata_was_taken_from(tmp_path: Path) -> None:
    write(tmp_path / "a" / "keras" / "__init__.py", "")
    assert import_folders([str(tmp_path / "a")]) == {"tensorflow": None, "tf_keras": None}


@pytest.mark.parametrize(("files", "count"), [row[1:] for row in FOLDERS], ids=[row[0] for row in FOLDERS])
def test_the_folder_that_an_import_takes_is_counted(tmp_path: Path, files: dict[str, str], count: int | None) -> None:
    for name, content in files.items():
        if name.endswith("/"):
            (tmp_path / name).mkdir(parents=True)
        else:
            write(tmp_path / name, content)
    paths = [str(tmp_path / "a"), str(tmp_path / "b"), str(tmp_path / "missing")]
    assert import_folders(paths) == {"keras": count, "tensorflow": None, "tf_keras": None}
