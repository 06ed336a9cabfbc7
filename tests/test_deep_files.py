"""What --deep makes of files on disk: lists of files that are held against it, shadows, leftovers."""

from __future__ import annotations

import base64
import hashlib
import os
from pathlib import Path

import pytest

from kdoctor.collect.deep import _HOLLOW, look_deeper
from kdoctor.collect.deep.family import family_of
from kdoctor.collect.deep.lists import Lists, read_lists
from kdoctor.collect.deep.shadows import conda_records, leftovers, shadows
from kdoctor.collect.distributions import survey
from kdoctor.collect.interpreter import Answer
from kdoctor.model import Distribution, Platform, Snapshot, Some
from kdoctor.redact.words import is_known_phrase, sentence


def digest(text: str) -> str:
    return "sha256=" + base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).decode().rstrip("=")


def install(
    site: Path, name: str, version: str, files: dict[str, str], *, record: str | None = "", installer: str = "pip", requires: str = ""
) -> None:
    """Lay a distribution down as pip does; `record` is added to its list, None = no list at all."""
    place = site / f"{name}-{version}.dist-info"
    place.mkdir(parents=True)
    (place / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n{requires}\n")
    (place / "INSTALLER").write_text(installer)
    for path, text in files.items():
        (site / path).parent.mkdir(parents=True, exist_ok=True)
        (site / path).write_text(text)
    lines = [f"{path},{digest(text)},{len(text)}" for path, text in files.items()]
    if record is not None:
        (place / "RECORD").write_text("\n".join([*lines, f"{place.name}/METADATA,sha256=x,9999", f"{place.name}/RECORD,,", record]))


def read(site: Path) -> Lists:
    return read_lists(family_of(survey([str(site)]).distributions))


KERAS = {"keras/__init__.py": "a", "keras/src/b.py": "bb", "keras/c.h": "ccc"}


def test_a_whole_installation_has_no_faults(tmp_path):
    install(tmp_path, "keras", "3.0.0", KERAS, record="../../bin/keras,sha256=x,9\nkeras/__pycache__/x.pyc,,\nkeras/d.pyc,,\n")
    found = read(tmp_path)
    assert (found.faults, found.number, found.overlaps) == ((), 1, ())


def test_missing_and_changed_files_are_named_code_first(tmp_path):
    install(tmp_path, "keras", "3.0.0", KERAS)
    for path in KERAS:
        (tmp_path / path).unlink()
    (tmp_path / "keras/src/b.py").write_text("longer")
    (fault,) = read(tmp_path).faults
    assert fault.missing == Some(2, ("keras/__init__.py", "keras/c.h"))
    assert fault.changed == Some(1, ("keras/src/b.py",))
    assert fault.listed == 3


@pytest.mark.parametrize(
    "record",
    [
        "keras/e.py",  # Neither hash nor size.
        "keras/e.py,,",
        "keras/e.py,sha256=x,",
        "keras/e.py,sha256=x,many",
        "keras/e.py,sha256=x,-7",
        '"keras/e.py",sha256=x,1',
        "keras/folder/,,",
        "../../../etc/nothing,sha256=x,1",
        "/nowhere/at/all,sha256=x,1",
        "keras/../../nowhere,sha256=x,1",
        "C:\\nowhere,sha256=x,1",
        "keras\\nowhere.py,sha256=x,1",
        "keras/\0.py,sha256=x,1",
        '"',
        '"keras/e.py',
        ",,",
        "",
    ],
)
def test_lines_that_say_less_or_nonsense_raise_no_alarm(tmp_path, record):
    install(tmp_path, "keras", "3.0.0", {**KERAS, "keras/e.py": "e"}, record=record)
    assert read(tmp_path).faults == ()


def test_a_name_with_a_comma_is_read(tmp_path):
    install(tmp_path, "keras", "3.0.0", KERAS, record='"keras/a,""b"".py",sha256=x,1')
    assert read(tmp_path).faults[0].missing == Some(1, ('keras/a,"b".py',))


@pytest.mark.parametrize(
    ("installer", "problem"), [("pip", "RECORD is missing"), ("uv", "RECORD is missing"), ("debian", None), ("conda", None), ("", None)]
)
def test_only_who_always_writes_a_list_is_asked_for_one(tmp_path, installer, problem):
    install(tmp_path, "keras", "3.0.0", KERAS, record=None, installer=installer)
    assert [fault.problem for fault in read(tmp_path).faults] == ([problem] if problem else [])


def test_what_conda_installed_is_left_to_conda(tmp_path):
    install(tmp_path, "keras", "3.0.0", KERAS, record="keras/gone.py,sha256=x,1", installer="conda")
    assert read(tmp_path).faults == ()


@pytest.mark.skipif(not hasattr(os, "symlink") or os.name == "nt", reason="needs symbolic links")
def test_links_are_followed_and_what_is_no_file_is_not_judged(tmp_path):
    install(tmp_path, "keras", "3.0.0", {**KERAS, "store": "bb"}, record="keras/sub,sha256=x,1\nkeras/loop,sha256=x,1")
    (tmp_path / "keras/src/b.py").unlink()
    (tmp_path / "keras/src/b.py").symlink_to(tmp_path / "store")
    (tmp_path / "keras/sub").mkdir()
    (tmp_path / "keras/loop").symlink_to("loop")
    assert read(tmp_path).faults == ()


def test_of_two_owners_it_is_told_whose_files_are_there(tmp_path):
    """Sizes tell most files apart, hashes the small ones of one size; what both describe alike is no matter."""
    install(tmp_path, "tensorflow-cpu", "2.20.0", {"tensorflow/a.py": "old", "tensorflow/b.py": "1", "tensorflow/c.py": "same"})
    install(tmp_path, "tensorflow", "2.21.0", {"tensorflow/a.py": "newer", "tensorflow/b.py": "2", "tensorflow/c.py": "same"})
    (overlap,) = read(tmp_path).overlaps
    assert overlap.folder == "tensorflow"
    assert {owner.name: owner.as_listed for owner in overlap.owners} == {"tensorflow": 2, "tensorflow-cpu": 0}
    assert overlap.differing == Some(2, ("tensorflow/a.py", "tensorflow/b.py"))


def test_a_shared_namespace_is_no_overlap(tmp_path):
    for name in ("nvidia-a", "nvidia-b"):
        install(tmp_path, name, "1", {"nvidia/__init__.py": ""})
    assert read(tmp_path).overlaps == ()


def test_the_family_is_who_is_in_it_and_what_those_require():
    rows = {"keras": ("h5py>=3; python_version > '3'", 'x; extra == "y"'), "h5py": ("cython",), "cython": (), "x": (), "flask": ("cython",)}
    made = [Distribution(name, "1", requires, location="/s", metadata=f"{name}.dist-info") for name, requires in rows.items()]
    assert [one.name for one in family_of(made)] == ["keras", "h5py", "cython"]


def place(folder: Path, *paths: str) -> str:
    for path in paths:
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text("")
    return str(folder)


@pytest.fixture
def site(tmp_path):
    install(tmp_path / "site", "keras", "3.0.0", KERAS)
    return str(tmp_path / "site")


@pytest.mark.parametrize(
    ("files", "hidden"),
    [
        (["keras.py"], "keras.py"),
        (["keras/__init__.py"], "keras"),
        (["keras/models.py"], None),  # Without __init__ it gives way.
        (["kerass.py"], None),
        ([], None),
    ],
)
def test_what_stands_before_the_installed_package(tmp_path, site, files, hidden):
    other = tmp_path / "other"
    other.mkdir()
    place(other, *files)
    there = survey([site]).distributions
    on_path = [(one.name, one.path, one.here) for one in shadows([str(other), site], str(tmp_path), there)]
    assert on_path == ([("keras", str(other / hidden), False)] if hidden else [])
    at_hand = [(one.name, one.path, one.here) for one in shadows([site], str(other), there)]
    assert at_hand == ([("keras", str(other / hidden), True)] if hidden else [])


def test_no_shadow_is_cast_by_what_comes_later_or_is_the_same(tmp_path, site):
    later = place(tmp_path / "later", "keras.py")
    assert shadows([site, later], str(tmp_path), survey([site]).distributions) == ()
    assert shadows([site], site, survey([site]).distributions) == ()


def test_leftover_folders_are_named(tmp_path, site):
    place(tmp_path / "site", "~eras/x.py", "~eras-3.0.dist-info/METADATA", "-umpy/y.py", "a~/z.py")
    (tmp_path / "site" / "~file").write_text("")
    assert leftovers([site]) == Some(2, ("-umpy", "~eras"))


def test_condas_records_are_read(tmp_path):
    place(tmp_path, "conda-meta/keras-2.14.0-py311_0.json", "conda-meta/history", "conda-meta/flask-3-0.json")
    family = [Distribution("keras", "3.0.0")]
    assert conda_records(str(tmp_path), family) == {"keras": "2.14.0"}
    assert conda_records(str(tmp_path / "conda-meta"), family) is None


def test_metadata_without_the_files_is_no_installation_to_judge(tmp_path):
    """A folder of metadata alone, copied to be looked at elsewhere."""
    install(tmp_path, "keras", "3.0.0", {f"keras/{number}.py": "x" for number in range(30)})
    install(tmp_path, "numpy", "2.0.0", {"numpy/__init__.py": "x", "numpy/a.py": "x"})
    for number in range(30):
        (tmp_path / "keras" / f"{number}.py").unlink()
    assert read(tmp_path).hollow
    there = Snapshot(distributions=survey([str(tmp_path)]).distributions, platform=Platform("linux", "x86_64"))
    seen = look_deeper(there, Answer(sites=(str(tmp_path),)), {}, str(tmp_path))
    assert (seen.disk.files, seen.disk.links, seen.disk.overlaps) == (None, None, ())
    assert set(seen.unread) == {"files on disk", "links between libraries"}


def test_what_is_told_in_words_may_leave_the_machine():
    for why in (
        _HOLLOW,
        "only on Linux, on x86_64 or aarch64",
        "not where musl is the C library",
        "3 of 9 files left out after 60 seconds",
    ):
        assert sentence(why) == why
    assert is_known_phrase("files on disk")
    assert is_known_phrase("links between libraries")
