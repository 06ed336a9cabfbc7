"""The embedded index: its file, its releases, and what it says for whom."""

from __future__ import annotations

import platform
import subprocess
import sys
from pathlib import Path

import platformdirs
import pytest
from packaging import tags as packaging_tags
from packaging.version import Version

from kdoctor import versions
from kdoctor.errors import KdoctorError
from kdoctor.knowledge import index as knowledge_index
from kdoctor.knowledge import index_file
from kdoctor.knowledge.dates import HORIZON
from kdoctor.knowledge.families import ROLES
from kdoctor.knowledge.index import Index, Release, Target, Variant, embedded_path, installable
from kdoctor.knowledge.index_file import Project
from kdoctor.knowledge.renewal import ProjectNews, renewed
from kdoctor.knowledge.wheel_tags import fits
from kdoctor.model import Platform, Python, Snapshot

EMBEDDED = Path(embedded_path()).read_bytes()
INDEX = Index(EMBEDDED, "index.bin")

LINUX = Target("3.11.7", "linux", "x86_64", "glibc 2.36")
ARM = Target("3.11.7", "linux", "arm64", "glibc 2.36")
MUSL = Target("3.11.7", "linux", "x86_64", "musl 1.2")
OLD = Target("3.11.7", "linux", "x86_64", "glibc 2.17")
WINDOWS = Target("3.11.7", "windows", "amd64")
MAC = Target("3.11.7", "darwin", "arm64", release="14.2")
INTEL = Target("3.11.7", "darwin", "x86_64", release="10.15")
FREE = Target("3.13.0", "linux", "x86_64", "glibc 2.36", free_threaded=True)
PYPY = Target("3.10.14", "linux", "x86_64", "glibc 2.36", implementation="pypy")
UNKNOWN = Target(None, None, None)


# What is found.


@pytest.mark.parametrize(
    ("name", "asked", "found"),
    [
        ("tensorflow", "2.16.1", "2.16.1"),
        ("tensorflow", "2.16.0", None),
        ("keras", "3.0", "3.0.0"),
        ("keras", "v3.0.0", "3.0.0"),
        ("torch", "2.5.1+cu124", "2.5.1"),
        ("torch", "2.5.1.0+cu124", "2.5.1"),
        ("tf-keras", "2.20.0", "2.20.0"),
        ("keras", "nonsense", None),
        ("no-such-project", "1.0", None),
    ],
)
def test_releases_are_found_by_version(name, asked, found):
    release = INDEX.release(name, asked)
    assert (release and release.version) == found


def test_a_local_part_counts_where_the_index_has_it():
    rows = tuple(Release(version) for version in ("2.5.1", "2.5.1+cu124"))
    own = Index(index_file.write("2030-01-01", {"torch": Project(rows)}), "own")
    assert own.release("torch", "2.5.1+cu124") == rows[1]
    assert own.release("torch", "2.5.1+cpu") == rows[0]


def test_releases_come_oldest_first():
    for name in INDEX.projects:
        found = [Version(release.version) for release in INDEX.releases(name)]
        assert found, name
        assert found == sorted(found), name


def test_only_four_published_requirements_cannot_be_read():
    lines = {
        line
        for name in INDEX.projects
        for release in INDEX.releases(name)
        for variant in (Variant((), release.requirements or ()), *release.variants)
        for line in variant.requires
    }
    # autokeras 0.2.9, tensorflow-gpu 2.12.0, tensorflow-serving-api 1.9 to 2.4 and tensorflowjs 1.7.4.post1 to 2.0.1 were published so.
    assert {line for line in lines if versions.requirement(line) is None} == {
        "tqdm=4.25.0",
        'python_version>"3.7"',
        "grpcio (>=1.0<2)",
        "tensorflow-cpu (>=2.1.0<3)",
    }


def test_unread_requirements_are_unknown_and_known_emptiness_is_empty():
    assert INDEX.release("numpy", "1.0").requirements is None
    assert INDEX.release("typing-extensions", "4.12.2").requirements == ()


@pytest.mark.parametrize(
    ("name", "version", "reason"),
    [("tf-keras", "2.20.0", None), ("jax", "0.4.0", "Bad jaxlib GPU release")],
)
def test_yanked_releases_are_known_as_such(name, version, reason):
    release = INDEX.release(name, version)
    assert release.yanked
    assert release.yanked_reason == reason
    assert INDEX.newest(name).version != version


@pytest.mark.parametrize(
    ("name", "target", "found"),
    [
        ("tensorflow", Target("3.7.16", "linux", "x86_64"), "2.11.0"),
        ("tensorflow", Target("3.9.18", "darwin", "x86_64", release="13.0"), "2.16.2"),
        ("tensorflow", MUSL, None),
        ("tensorflow", FREE, None),
        ("keras", Target("3.8.18", "windows", "amd64"), "2.15.0"),
        ("tensorflow-text", WINDOWS, None),
        ("tensorflow-text", WINDOWS._replace(python="3.10.4"), "2.10.0"),
        ("numpy", Target("2.7.18", "linux", "x86_64"), "1.16.6"),
        ("no-such-project", LINUX, None),
    ],
)
def test_newest_is_final_and_installable(name, target, found):
    release = INDEX.newest(name, target)
    assert (release and release.version) == found


# Whose requirements.


@pytest.mark.parametrize(
    ("target", "expected"),
    [
        (LINUX, True),
        (WINDOWS, False),  # A shell around tensorflow-intel.
        (MAC, True),
        (Target("3.10.4", "windows", "x86_64"), False),  # Between the Pythons that were read.
        (Target(None, "windows", "amd64"), False),
        (UNKNOWN, True),
        (Target("3.11.7", "windows", None), True),
        (Target("3.11.7", "freebsd", "x86_64"), True),
    ],
)
def test_requirements_are_those_of_the_platforms_wheel(target, expected):
    names = {versions.requirement(line).name for line in INDEX.release("tensorflow", "2.16.1").requires(target)}
    assert names
    assert ("keras" in names) is expected


@pytest.mark.parametrize(
    ("python", "requirement"),
    [("3.5.2", "low"), ("3.6", "low"), ("3.8", "low"), ("3.9.1", "high"), ("3.14", "high"), ("2.7", "low"), (None, "low")],
)
def test_requirements_are_those_of_the_nearest_python(python, requirement):
    variants = (Variant(("linux-x86_64@cp37", "mac-arm64@cp311"), ("low",)), Variant(("linux-x86_64@cp310",), ("high",)))
    release = Release("1.0", requirements=("low",), variants=variants)
    assert release.requires(Target(python, "linux", "x86_64")) == (requirement,)


# What installs where.

FITS = [
    ("py3-none-any", LINUX, True),
    ("py2.py3-none-any", WINDOWS, True),
    ("py2-none-any", LINUX, False),
    ("py2-none-any", Target("2.7.18", "linux", "x86_64"), True),
    ("py2.py3-none-any", UNKNOWN, True),
    ("cp311-cp311-manylinux_2_17_x86_64.manylinux2014_x86_64", LINUX, True),
    ("cp311-cp311-manylinux_2_17_x86_64.manylinux2014_x86_64", OLD, True),
    ("cp311-cp311-manylinux_2_17_x86_64.manylinux2014_x86_64", MUSL, False),
    ("cp311-cp311-manylinux_2_17_x86_64.manylinux2014_x86_64", ARM, False),
    ("cp311-cp311-manylinux_2_17_x86_64.manylinux2014_x86_64", Target("3.11", "linux", None), True),
    ("cp311-cp311-manylinux_2_28_x86_64", OLD, False),
    ("cp311-cp311-manylinux_2_28_x86_64", Target("3.11.7", "linux", "x86_64"), True),
    ("cp311-cp311-manylinux2014_aarch64", ARM, True),
    ("cp311-cp311-musllinux_1_2_x86_64", MUSL, True),
    ("cp311-cp311-musllinux_1_2_x86_64", LINUX, False),
    ("cp311-cp311-linux_x86_64", LINUX, True),
    ("cp310-cp310-manylinux2014_x86_64", LINUX, False),
    ("cp310-cp310-manylinux2014_x86_64", Target(None, "linux", "x86_64"), True),
    ("cp310-cp310-win_amd64", Target(None, "linux", "x86_64"), False),
    ("1-cp311-cp311-manylinux2014_x86_64", LINUX, True),
    ("cp39-abi3-manylinux2014_x86_64", LINUX, True),
    ("cp312-abi3-manylinux2014_x86_64", LINUX, False),
    ("cp39-abi3-manylinux2014_x86_64", FREE, False),
    ("cp313-cp313-manylinux2014_x86_64", FREE, False),
    ("cp313-cp313t-manylinux2014_x86_64", FREE, True),
    ("cp313-cp313t-manylinux2014_x86_64", Target("3.13.0", "linux", "x86_64"), False),
    ("py3-none-manylinux2014_x86_64", LINUX, True),
    ("py3-none-manylinux2014_x86_64", ARM, False),
    ("py3-none-manylinux1_x86_64", FREE, True),
    ("cp311-none-win_amd64", WINDOWS, True),
    ("cp311-cp311-win32", WINDOWS, False),
    ("cp311-cp311-win_amd64", Target("3.11", "windows", "x86_64"), True),
    ("cp311-cp311-macosx_11_0_arm64", MAC, True),
    ("cp311-cp311-macosx_15_0_arm64", MAC, False),
    ("cp311-cp311-macosx_15_0_arm64", Target("3.11.7", "darwin", "arm64"), True),
    ("cp311-cp311-macosx_10_9_universal2", MAC, True),
    ("cp311-cp311-macosx_10_9_universal2", INTEL, True),
    ("cp311-cp311-macosx_10_15_x86_64", INTEL, True),
    ("cp311-cp311-macosx_10_15_x86_64", MAC, False),
    ("cp311-cp311-macosx_11_0_x86_64", INTEL, False),
    ("cp36-cp36m-manylinux1_x86_64", Target("3.6.15", "linux", "x86_64", "glibc 2.36"), True),
    ("cp38-cp38-manylinux1_x86_64", Target("3.8", "linux", "x86_64", "glibc 2.36"), True),
    ("cp27-cp27mu-manylinux1_x86_64", Target("2.7", "linux", "x86_64"), True),
    ("cp27-cp27m-manylinux1_x86_64", Target("2.7", "linux", "x86_64"), True),
    ("pp310-pypy310_pp73-manylinux_2_17_x86_64", PYPY, True),
    ("cp310-cp310-manylinux_2_17_x86_64", PYPY, False),
    ("py3-none-any", PYPY, True),
    ("nonsense", LINUX, False),
]


@pytest.mark.parametrize(("tag", "target", "expected"), FITS)
def test_a_wheel_fits(tag, target, expected):
    assert fits(tag, target) is expected


@pytest.mark.skipif(sys.platform != "linux", reason="the tags of another system are as good on Linux alone")
def test_tags_are_those_that_packaging_finds_here():
    name, version = platform.libc_ver()
    here = Target(platform.python_version(), "linux", platform.machine(), f"{name} {version}")
    supported = {str(tag) for tag in packaging_tags.sys_tags()}
    checked = 0
    for project in ("numpy", "protobuf", "tensorflow", "optree", "h5py"):
        for tag in {tag for release in INDEX.releases(project) for tag in release.tags}:
            expanded = {str(one) for one in packaging_tags.parse_tag("-".join(tag.split("-")[-3:]))}
            assert fits(tag, here) is not expanded.isdisjoint(supported), tag
            checked += 1
    assert checked > 500


@pytest.mark.parametrize(
    ("release", "target", "expected"),
    [
        (Release("1", ">=3.12", tags=("py3-none-any",)), LINUX, False),
        (Release("1", ">=3.11.2", tags=("py3-none-any",)), Target("3.11", "linux", "x86_64"), True),
        (Release("1", "<3.11", tags=("py3-none-any",)), Target("3.11", "linux", "x86_64"), False),
        (Release("1", ">=3.6.*", tags=("py3-none-any",)), LINUX, True),  # pip ignores what it cannot read.
        (Release("1", ">=3.12", tags=("py3-none-any",)), UNKNOWN, True),
        (Release("1", sdist=True, source="sdist:pkg-info"), LINUX, True),
        (Release("1", sdist=True, tags=("cp311-cp311-win_amd64",)), LINUX, False),
        (Release("1", source="sdist:none"), LINUX, False),
        (Release("1"), LINUX, None),
    ],
)
def test_installable(release, target, expected):
    assert installable(release, target) is expected


def test_a_target_is_what_the_snapshot_knows():
    known = Snapshot(python=Python("3.13.1", free_threaded=True), platform=Platform("linux", "aarch64", "glibc 2.36"))
    assert Target.of(known) == Target("3.13.1", "linux", "aarch64", "glibc 2.36", None, "cpython", True)
    assert Target.of(Snapshot()) == UNKNOWN


@pytest.mark.parametrize(
    ("system", "machine", "architecture"),
    [
        ("windows", "amd64", "x86"),
        ("linux", "x86_64", "i686"),
        ("linux", "aarch64", "armv7l"),
        ("windows", "x86", "x86"),
        ("linux", None, None),
    ],
)
def test_a_32_bit_interpreter_takes_the_wheels_of_32_bits(system, machine, architecture):
    known = Snapshot(python=Python("3.11.7", bits=32), platform=Platform(system, machine))
    assert Target.of(known).architecture == architecture
    assert Target.of(known._replace(python=Python("3.11.7", bits=64))).machine == machine


# The file.


def test_the_same_releases_give_the_same_bytes():
    projects = {name: INDEX.project(name) for name in sorted(INDEX.projects, reverse=True)}
    assert index_file.write(INDEX.date, projects) == EMBEDDED


def test_nothing_is_lost_in_the_file():
    variants = (Variant(("linux-x86_64@cp39",), ("b",)), Variant(("win-amd64@cp39", "mac-arm64@cp39"), ()))
    full = Release(
        "1.0rc1",
        ">=3.9",
        "2020-01-31",
        yanked=True,
        prerelease=True,
        sdist=True,
        tags=("py3-none-any",),
        requirements=("a", "b>1"),
        variants=variants,
        source="wheel",
        yanked_reason="a reason",
    )
    projects = {
        "full": Project((full,), keep=20),
        "bare": Project((Release("1"), Release("2", requirements=()), Release("3", requirements=("a",), source="sdist:pkg-info"))),
    }
    read = Index(index_file.write("2020-02-29", projects), "a file")
    assert {name: read.project(name) for name in read.projects} == projects
    assert read.date == "2020-02-29"


def test_line_breaks_in_metadata_stay_in_their_line():
    hostile = Release("1", ">=3\n\n.9", requirements=("a\n\nb\t;", "c"), source="wheel", yanked_reason="x\ty\n")
    read = Index(index_file.write("2020-01-01", {"p": Project((hostile,))}), "a file").releases("p")
    assert [(r.requirements, r.requires_python, r.yanked_reason) for r in read] == [(("a b ;", "c"), ">=3 .9", "x y")]


def _all_of(content):
    index = Index(content, "a file")
    return index.date, {name: index.releases(name) for name in index.projects}


@pytest.mark.parametrize(
    "content", [b"", b"PK\x03\x04", b"kdoctor-index/2 2026-01-01 1 1\n", b"kdoctor-index/1 ", EMBEDDED[:60], EMBEDDED[:-1]]
)
def test_a_foreign_or_cut_file_is_refused_in_one_line(content):
    with pytest.raises(KdoctorError, match=r"^a file .*") as caught:
        _all_of(content)
    assert "\n" not in caught.value.message


def test_no_damaged_byte_goes_unnoticed():
    small = index_file.write("2026-01-01", {name: INDEX.project(name) for name in ("tf-keras", "namex")})
    for at in range(len(small)):
        damaged = small[:at] + bytes([small[at] ^ 0x11]) + small[at + 1 :]
        with pytest.raises(KdoctorError):
            _all_of(damaged)


# Which file, and at what cost.


@pytest.fixture
def own_file(tmp_path, monkeypatch):
    """Where the user's own index would lie."""
    path = tmp_path / "index.bin"
    monkeypatch.setattr(knowledge_index, "own_path", lambda: str(path))
    knowledge_index.open_index.cache_clear()
    yield path
    knowledge_index.open_index.cache_clear()


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (None, "embedded"),
        (index_file.write("2999-01-01", {"keras": INDEX.project("keras")}), "own"),
        (index_file.write(INDEX.date, {"keras": INDEX.project("keras")}), "own"),
        (index_file.write("2001-01-01", {"keras": INDEX.project("keras")}), "embedded"),
        (b"kdoctor-index/1 2999-01-01 9 9\ncut off", "embedded"),
        (b"something else", "embedded"),
    ],
)
def test_the_newer_index_is_opened(own_file, content, expected):
    if content is not None:
        own_file.write_bytes(content)
    opened = knowledge_index.open_index()
    assert ("own" if opened.projects == {"keras"} else "embedded") == expected
    assert opened is knowledge_index.open_index()


def test_the_date_is_in_the_header(own_file):
    assert knowledge_index.knowledge_date() == INDEX.date
    own_file.write_bytes(b"kdoctor-index/1 2999-01-01 ")
    assert knowledge_index.knowledge_date() == "2999-01-01"


@pytest.mark.parametrize("variable", ["", "/some/data", "relative", " "])
def test_the_own_file_lies_where_platformdirs_says(monkeypatch, variable):
    monkeypatch.setenv("XDG_DATA_HOME", variable)
    knowledge_index.own_path.cache_clear()
    assert knowledge_index.own_path() == platformdirs.user_data_dir("kdoctor", appauthor=False) + "/index.bin"
    knowledge_index.own_path.cache_clear()


def test_reading_the_index_imports_nothing_dear():
    code = (
        "import sys; from kdoctor.knowledge.index import open_index, knowledge_date; knowledge_date();"
        "open_index().release('tensorflow', '2.16.1'); print(*sys.modules)"
    )
    loaded = set(subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout.split())
    assert loaded.isdisjoint({"packaging", "platformdirs", "json", "pathlib", "dataclasses", "importlib.resources", "urllib"})


# Renewal.


def test_news_is_put_in_without_losing_what_was_known():
    old = Release("1.0", date="2020-01-01", requirements=("a",), source="wheel", tags=("py3-none-any",))
    odd = Release("2.0.0beta", requirements=("b",), source="wheel")
    base = Index(index_file.write("2020-01-01", {"p": Project((old, odd)), "q": Project((old,))}), "base")
    reread = Release("1.0", tags=("py3-none-any", "cp39-abi3-win_amd64"))
    fresh = Release("1.5", requirements=(), variants=(Variant(("win-amd64@cp39",), ("w",)),), source="wheel")
    news = ProjectNews("p", [tuple(fresh), tuple(reread)], yanked=[("2.0.0b0", "bad")])
    after = Index(renewed(base, [news], "2020-02-02"), "after")
    assert after.releases("p") == (
        old._replace(tags=reread.tags),
        fresh,
        odd._replace(yanked=True, yanked_reason="bad"),
    )
    assert after.releases("q") == (old,)
    assert after.date == "2020-02-02"
    again = Index(renewed(after, [ProjectNews("p", restored=["2.0.0b0"])], "2020-02-02"), "again")
    assert again.releases("p")[2] == odd


def test_of_nightly_builds_the_newest_are_kept():
    base = Index(index_file.write("2020-01-01", {"p": Project((Release("1"), Release("2")), keep=2)}), "base")
    after = Index(renewed(base, [ProjectNews("p", [Release("3")])], "2020-01-02"), "after")
    assert [release.version for release in after.releases("p")] == ["2", "3"]
    assert after.project("p").keep == 2


@pytest.mark.parametrize("name", sorted(HORIZON))
def test_the_horizon_is_the_newest_release_of_the_embedded_index(name: str) -> None:
    index = INDEX
    players = [player for player in ROLES.get(name, (name,)) if index.releases(player)]
    newest = max(versions.minor(index.releases(player)[-1].version) for player in players)
    assert HORIZON[name] == newest
