"""The link audit of --deep: what the loader would refuse, by its own rules, on files made for the purpose."""

from __future__ import annotations

import contextlib
import os
import struct
import sys
from pathlib import Path

import pytest
from elf_files import AARCH64, Library
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from kdoctor.collect.deep.elf import Elf, open_elf
from kdoctor.collect.deep.gpu import found_libraries
from kdoctor.collect.deep.links import Audit, Module, levels_of
from kdoctor.collect.deep.loader import Loader, read_cache
from kdoctor.collect.deep.modules import audit_links
from kdoctor.collect.deep.numpy_abi import is_for_old_numpy
from kdoctor.collect.deep.symbols import gnu_hash
from kdoctor.collect.interpreter import Answer
from kdoctor.model import Distribution, Platform, Python, Snapshot

pytestmark = pytest.mark.skipif(os.name == "nt", reason="ELF files are read with pread")

PYTHON = Library(offers=("PyInit", "PyCapsule_GetPointer"), interpreter="/lib64/ld-linux-x86-64.so.2")


def audit(folder: Path, *modules: str, program: Library | None = PYTHON, path: str = "", lent=(), levels: int = ~0):
    """Judge modules of a folder as its interpreter would load them; all files of the folder are the family's."""
    ours = {str(file): Module(str(file), str(file.relative_to(folder)), "tensorflow") for file in sorted(folder.rglob("*.so*"))}
    interpreter = open_elf(program.write(folder / "bin" / "python")) if program else None
    lender = {Path(file).name: str(folder / file) for file in lent}
    one = Audit(Loader(interpreter, 62, path), interpreter, ours, lender, levels)
    for module in modules:
        one.judge(str(folder / module))
    return [(fault.module, fault.kind, *fault.names.first) for fault in one.faults()]


def lay(folder: Path, **files: Library) -> Path:
    for name, library in files.items():
        library.write(folder / (name.replace("__", "/") + ".so"))
    return folder


def test_a_name_is_found_in_the_company_of_the_module(tmp_path):
    lay(
        tmp_path,
        m=Library(lacks=("a", "b", "PyInit"), weak=("nobody",), needed=("one.so",), runpath="$ORIGIN/lib"),
        lib__one=Library(offers=("a",), needed=("two.so",), runpath="${ORIGIN}"),
        lib__two=Library(offers=("b",), old_hash=True),
    )
    assert audit(tmp_path, "m.so") == []


def test_the_name_that_nobody_defines_is_told_with_the_file_that_lacks_it(tmp_path):
    lay(
        tmp_path,
        m=Library(lacks=("a",), needed=("one.so",), runpath="$ORIGIN"),
        one=Library(offers=("a",), lacks=("gone", "PyNone")),
        n=Library(lacks=("a",)),
    )
    assert audit(tmp_path, "m.so", "n.so") == [("n.so", "symbols", "a"), ("one.so", "symbols", "gone", "PyNone")]


def test_what_another_module_brings_along_is_no_fault_of_a_shared_library(tmp_path):
    """The library is loaded first by the one that has the name, as packages arrange it."""
    lay(
        tmp_path,
        m=Library(needed=("shared.so",), runpath="$ORIGIN"),
        n=Library(needed=("shared.so", "helper.so"), runpath="$ORIGIN"),
        shared=Library(lacks=("x",)),
        helper=Library(offers=("x",)),
    )
    assert audit(tmp_path, "m.so") == [("shared.so", "symbols", "x")]
    assert audit(tmp_path, "m.so", "n.so") == []


def test_what_is_kept_of_names_has_its_bounds(tmp_path):
    lay(tmp_path, m=Library(lacks=tuple(f"_Z{number}{'x' * 5000}" for number in range(40))))
    ((_, _, *names),) = audit(tmp_path, "m.so")
    assert (len(names), max(map(len, names))) == (8, 300)


def test_without_an_interpreter_to_read_its_names_are_taken_for_granted(tmp_path):
    lay(tmp_path, m=Library(lacks=("PyList_New", "_PyObject_GC_New", "other")))
    assert audit(tmp_path, "m.so", program=None) == [("m.so", "symbols", "other")]


def test_a_library_that_is_nowhere_is_told_and_nothing_that_follows_from_it(tmp_path):
    lay(tmp_path, m=Library(lacks=("a",), needed=("libgone.so.1", "libcuda.so.1")))
    assert audit(tmp_path, "m.so") == [("m.so", "libraries", "libgone.so.1")]


def test_the_library_of_a_driver_is_not_missed(tmp_path):
    lay(tmp_path, m=Library(lacks=("cuInit",), needed=("libcuda.so.1",)))
    assert audit(tmp_path, "m.so") == []


def test_what_a_package_loads_itself_is_lent(tmp_path):
    lay(tmp_path, m=Library(lacks=("a",), needed=("libtensorflow_framework.so.2",)))
    Library(offers=("a",)).write(tmp_path / "tensorflow" / "libtensorflow_framework.so.2")
    assert audit(tmp_path, "m.so", lent=("tensorflow/libtensorflow_framework.so.2",)) == []


SEARCH = (
    # Where the file is that has the name; RPATH and RUNPATH of the module, LD_LIBRARY_PATH; whether it is found.
    ("lib", "$ORIGIN/lib", "", "", True),
    ("lib", "", "$ORIGIN/lib", "", True),
    ("lib", "", "", "{}/lib", True),
    ("lib", "", "", "", False),
    ("lib", "$ORIGIN/lib", "$ORIGIN/other", "", False),  # RUNPATH sets RPATH out of force.
    ("lib", "$ORIGIN/none:$ORIGIN/lib", "", "", True),
    ("lib", "", "$ORIGIN/lib64/../lib", "", True),
    ("lib", "", "", "/nowhere;{}/lib", True),
)


@pytest.mark.parametrize(("place", "rpath", "runpath", "variable", "found"), SEARCH)
def test_the_loader_looks_where_it_is_told(tmp_path, place, rpath, runpath, variable, found):
    lay(tmp_path, m=Library(needed=("one.so",), rpath=rpath, runpath=runpath), **{f"{place}__one": Library()})
    assert audit(tmp_path, "m.so", path=variable.format(tmp_path)) == ([] if found else [("m.so", "libraries", "one.so")])


def test_rpath_is_inherited_and_runpath_is_not(tmp_path):
    for kind, found in (("rpath", True), ("runpath", False)):
        lay(
            tmp_path / kind,
            m=Library(needed=("one.so",), **{kind: "$ORIGIN/lib:$ORIGIN/deep"}),
            lib__one=Library(needed=("two.so",)),
            deep__two=Library(),
        )
        assert (audit(tmp_path / kind, "m.so") == []) is found


def test_the_rpath_of_the_program_serves_all(tmp_path):
    lay(tmp_path, m=Library(needed=("one.so",)), lib__one=Library())
    assert audit(tmp_path, "m.so", program=PYTHON._replace(rpath="$ORIGIN/../lib")) == []


def test_a_library_of_another_machine_is_passed_over(tmp_path):
    lay(tmp_path, m=Library(needed=("one.so",), runpath="$ORIGIN/a:$ORIGIN/b"), a__one=Library(machine=AARCH64), b__one=Library())
    assert audit(tmp_path, "m.so") == []
    assert audit(tmp_path, "a/one.so") == [("a/one.so", "machine", "made for another machine")]


def test_a_version_that_the_library_does_not_define_is_told(tmp_path):
    lay(
        tmp_path,
        m=Library(needed=("one.so",), runpath="$ORIGIN", wants=(("one.so", "GLIBCXX_3.4.29"), ("one.so", "GLIBCXX_3.4.99"))),
        one=Library(soname="one.so", versions=("one.so", "GLIBCXX_3.4.29")),
    )
    assert audit(tmp_path, "m.so") == [("m.so", "versions", "GLIBCXX_3.4.99 of one.so")]
    lay(tmp_path, one=Library(soname="one.so"))
    assert audit(tmp_path, "m.so") == []


@pytest.mark.parametrize(
    ("flags", "level", "told"),
    [
        ({"avx", "avx2", "fma", "bmi2", "ssse3", "sse4_1", "sse4_2"}, 4, []),
        ({"ssse3", "sse4_1", "sse4_2", "avx"}, 4, [("m.so", "instructions", "x86-64-v3")]),
        ({"ssse3", "sse4_1", "sse4_2"}, 2, []),
        (set(), 2, [("m.so", "instructions", "x86-64-v2")]),
        (None, 8, []),
    ],
)
def test_instructions_that_the_loader_would_ask_for(tmp_path, flags, level, told):
    lay(tmp_path, m=Library(level=level))
    assert audit(tmp_path, "m.so", levels=levels_of(None if flags is None else frozenset(flags))) == told


WHOLE = Library(offers=("a",), lacks=("b",), needed=("libc.so.6",), runpath="$ORIGIN", wants=(("libc.so.6", "X"),), versions=("Y",))


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "empty"),
        (bytes(4096), "empty"),
        (b"not a library at all", "no ELF file"),
        (b"\x7fELF\x02\x01", "cut off"),
        (WHOLE.content()[:200], "cut off"),
        (WHOLE.content()[:-100], "cut off: 100 bytes are missing"),
        (b"version https://git-lfs.github.com/spec/v1\n", "no ELF file"),
        (b"\x7fELF\x01\x01" + WHOLE.content()[6:], "made for another machine"),
        (b"\x7fELF\x02\x02" + WHOLE.content()[6:], "made for another machine"),
    ],
)
def test_a_damaged_file_is_a_result(tmp_path, content, told):
    (tmp_path / "m.so").write_bytes(content)
    assert audit(tmp_path, "m.so") == [("m.so", "machine" if "machine" in told else "damaged", told)]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs named pipes")
def test_what_is_no_file_makes_nobody_wait(tmp_path):
    os.mkfifo(tmp_path / "m.so")
    (tmp_path / "n.so").mkdir()
    assert {kind for _, kind, _ in audit(tmp_path, "m.so", "n.so")} == {"damaged"}


def test_files_that_need_each_other_come_to_an_end(tmp_path):
    lay(tmp_path, m=Library(needed=("n.so", "m.so"), runpath="$ORIGIN"), n=Library(needed=("m.so",), runpath="$ORIGIN", lacks=("x",)))
    assert audit(tmp_path, "m.so") == [("n.so", "symbols", "x")]


def spoilt(content: bytes, changes: list[tuple[int, int]]) -> bytes:
    broken = bytearray(content)
    for place, value in changes:
        struct.pack_into("<I", broken, place % (len(broken) - 4), value)
    return bytes(broken)


NUMBERS = st.sampled_from((0, 1, 2**31 - 1, 2**31, 2**32 - 1)) | st.integers(0, 2**32 - 1)


@example([(10661, 1)], 0)
@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.integers(0, 10**6), NUMBERS), min_size=1, max_size=6), st.integers(0, 400))
def test_whatever_a_file_says_of_itself_the_audit_ends(tmp_path, changes, cut):
    """A hostile file may be taken for anything, but neither ends nor holds up the audit."""
    broken = spoilt(WHOLE.content(), changes)
    (tmp_path / "m.so").write_bytes(broken[: max(1, len(broken) - (cut if cut > 200 else 0))])
    lay(tmp_path, n=Library(lacks=("a",), needed=("m.so",), runpath="$ORIGIN"))
    for fault in audit(tmp_path, "m.so", "n.so"):
        assert all(isinstance(part, str) for part in fault)
    found = open_elf(str(tmp_path / "m.so"))
    if isinstance(found, Elf):
        with contextlib.suppress(struct.error, OSError, ValueError, OverflowError):
            is_for_old_numpy(found)
        found.close()


@pytest.mark.parametrize("name", ["", "a", "printf", "_ZN10tensorflow" * 400])
def test_the_hash_is_that_of_the_loader(name):
    value = 5381
    for byte in name.encode():
        value = (value * 33 + byte) % 2**32
    assert gnu_hash(name.encode()) == value


def cache(*rows: tuple[str, str], old: bool = False) -> bytes:
    """An ld.so.cache of the newer form, alone or behind one of the older."""
    strings, entries = b"", b""
    for name, path in rows:
        places = [48 + 24 * len(rows) + len(strings)]
        strings += name.encode() + b"\0"
        places.append(48 + 24 * len(rows) + len(strings))
        strings += path.encode() + b"\0"
        entries += struct.pack("<iIIIQ", 0x303, *places, 0, 0)
    new = b"glibc-ld.so.cache1.1" + struct.pack("<II", len(rows), len(strings)) + bytes(20) + entries + strings
    return (b"ld.so-1.7.0\0" + struct.pack("<I", 0) + new) if old else new


@pytest.mark.parametrize("old", [False, True])
def test_the_cache_is_read(tmp_path, old):
    (tmp_path / "cache").write_bytes(cache(("libz.so.1", "/lib/libz.so.1"), ("libz.so.1", "/other/libz.so.1"), old=old))
    assert read_cache(str(tmp_path / "cache")) == {"libz.so.1": ["/lib/libz.so.1", "/other/libz.so.1"]}


@pytest.mark.parametrize("content", [b"", b"x" * 100, cache(("a", "b"))[:30], b"glibc-ld.so.cache1.1" + b"\xff" * 60])
def test_a_damaged_cache_is_none(tmp_path, content):
    (tmp_path / "cache").write_bytes(content)
    assert read_cache(str(tmp_path / "cache")) == {} or content.endswith(b"\xff")
    assert read_cache(str(tmp_path / "none")) == {}


OLD, NEW = b"numpy.core._multiarray_umath\0", b"numpy._core._multiarray_umath\0"


@pytest.mark.parametrize(
    ("constants", "old"), [(OLD, True), (NEW, False), (OLD + NEW, False), (b"numpy.core.multiarray\0", False), (b"", False)]
)
def test_what_was_compiled_for_numpy_1_alone(tmp_path, constants, old):
    found = open_elf(Library(constants=constants).write(tmp_path / "m.so"))
    assert is_for_old_numpy(found) is old


def snapshot(numpy: str, **more) -> Snapshot:
    return Snapshot(
        python=Python("3.11.7"),
        platform=Platform("linux", "x86_64", "glibc 2.36"),
        distributions=(Distribution("numpy", numpy), Distribution("h5py", "3.10.0")),
        **more,
    )


def test_modules_are_chosen_by_their_names_and_told_with_their_distribution(tmp_path):
    module = Library(lacks=("PyCapsule_GetPointer",), constants=OLD)
    files = {
        "h5py/h5.cpython-311-x86_64-linux-gnu.so": module,
        "h5py/h5.cpython-310-x86_64-linux-gnu.so": Library(lacks=("x",)),  # Of another Python.
        "h5py/libhdf5.so": Library(lacks=("x",)),  # Judged only with what needs it.
        "h5py/include/y.so": Library(lacks=("x",)),
        "h5py/_h5.abi3.so": Library(lacks=("Py_Gone",)),
        "numpy/core.so": module,
    }
    for path, library in files.items():
        library.write(tmp_path / path)
    owners = {str(tmp_path): {path: path.partition("/")[0] for path in files}}
    answer = Answer(executable=PYTHON.write(tmp_path / "bin" / "python"))
    found = audit_links(snapshot("2.1.0"), answer, owners, {})
    assert [(fault.module, fault.distribution, fault.names.first) for fault in found.faults] == [("h5py/_h5.abi3.so", "h5py", ("Py_Gone",))]
    assert found.number == 3
    assert [(one.distribution, one.version, one.modules.total) for one in found.old_numpy] == [("h5py", "3.10.0", 1)]
    assert audit_links(snapshot("1.26.4"), answer, owners, {}).old_numpy is None


@pytest.mark.parametrize(
    "platform",
    [
        Platform("darwin", "arm64"),
        Platform("windows", "amd64"),
        Platform("linux", "ppc64le"),
        Platform("linux", "x86_64", "musl 1.2"),
        None,
    ],
)
def test_where_no_audit_is_possible_it_says_so(platform):
    found = audit_links(Snapshot(platform=platform), Answer(), {}, {})
    assert found.faults is None
    assert found.problem


def test_the_gpu_libraries_that_a_framework_would_find(tmp_path):
    files = {
        "tensorflow/libtensorflow_framework.so.2": Library(runpath="$ORIGIN/../nvidia/cudnn/lib"),
        "jax_plugins/xla_cuda12/xla_cuda_plugin.so": Library(runpath="$ORIGIN/../../nvidia/cublas/lib"),
        "tensorflow/other.so": Library(runpath="$ORIGIN/../nvidia/cublas/lib"),
    }
    for name in ("cudnn/lib/libcudnn.so.9", "cudnn/lib/libcudnn_ops.so.9", "cudnn/lib/libother.so.1", "cublas/lib/libcublasLt.so.12"):
        Library().write(tmp_path / "nvidia" / name)
    found = found_libraries(Loader(None, 62, ""), {path: library.write(tmp_path / path) for path, library in files.items()})
    assert {"libcudnn.so.9", "libcudnn_ops.so.9"} <= set(found["tensorflow"])
    assert not {"libother.so.1", "libcublasLt.so.12"} & set(found["tensorflow"])
    assert "libcublasLt.so.12" in found["jax"]
    assert found_libraries(Loader(None, 62, ""), {}) == {}


@pytest.mark.skipif(
    sys.platform != "linux" or os.uname().machine not in ("x86_64", "aarch64"), reason="a real interpreter of Linux is read"
)
def test_a_real_interpreter_and_its_modules_have_no_fault():
    """The interpreter that runs the tests: what it loads can be loaded."""
    program = open_elf(os.path.realpath(sys.executable))
    loaded = {
        os.path.realpath(m.__file__) for m in list(sys.modules.values()) if getattr(m, "__file__", None) and m.__file__.endswith(".so")
    }
    ours = {path: Module(path, os.path.basename(path), None) for path in loaded}
    one = Audit(Loader(program, program.machine, os.environ.get("LD_LIBRARY_PATH", "")), program, ours, {}, ~0)
    for path in ours:
        one.judge(path)
    assert len(ours) > 2
    assert one.faults() == ()
