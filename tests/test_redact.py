"""What may leave a machine: nothing private in any document, and the same findings all the same."""

from __future__ import annotations

import json
import re

import pytest
from builders import released, snapshot
from hypothesis import given, settings
from hypothesis import strategies as st
from packaging.requirements import InvalidRequirement, Requirement

from kdoctor.collect.variables import VARIABLES
from kdoctor.contract import read_snapshot, snapshot_document
from kdoctor.doctor import diagnose
from kdoctor.knowledge.index import open_index
from kdoctor.model import (
    Accelerator,
    Declared,
    Disk,
    Distribution,
    FileList,
    Intent,
    LinkFault,
    Location,
    OldNumpy,
    Overlap,
    Owner,
    Platform,
    Python,
    Shadow,
    Snapshot,
    Some,
)
from kdoctor.redact import redacted, redacted_here
from kdoctor.redact.distributions import redact_requirement
from kdoctor.redact.fields import FIELDS
from kdoctor.redact.places import Places
from kdoctor.redact.values import TYPES, redact_variables
from kdoctor.redact.words import quotable, sentence, version
from kdoctor.render import json as json_format
from kdoctor.render import text
from kdoctor.render.words import Face

CANARY = "Zebra77Canary"
HOSTILE = f"{CANARY}\n::error::{CANARY}\x1b[31m<script>{CANARY}</script>[x](http://{CANARY}) `{CANARY}` ##[group]{CANARY}"


def test_every_field_has_its_rule():
    assert set(FIELDS) == set(Snapshot._fields)


def test_every_variable_has_its_type():
    assert list(TYPES) == list(VARIABLES)


# Paths.


@pytest.mark.parametrize(
    ("path", "shown"),
    [
        ("/home/alice/.venv/bin/python", "~/.venv/bin/python"),
        ("/home/alice", "~"),
        ("/Users/alice/miniconda3/envs/secret/bin/python3.11", "~/miniconda3/envs/dir1/bin/python3.11"),
        ("/root/work/.venv/bin/python", "~/work/.venv/bin/python"),
        (
            r"C:\Users\Alice Smith\AppData\Local\Programs\Python\Python311\python.exe",
            r"~\AppData\Local\Programs\Python\Python311\python.exe",
        ),
        ("/mnt/c/Users/alice/x/bin", "~/dir1/bin"),
        ("/data/My Projects/Übung/lib/python3.11/site-packages", "/dir1/dir-with-space2/dir-non-ascii3/lib/python3.11/site-packages"),
        ("/data/Мои файлы/x", "/dir1/dir-with-space-non-ascii2/dir3"),
        ("/opt/my-conda/bin/python", "/opt/dir-conda1/bin/python"),
        ("/usr/local/cuda-12.2/lib64", "/usr/local/cuda-12.2/lib64"),
        ("/usr/local/cuda-11.8/targets/x86_64-linux/lib", "/usr/local/cuda-11.8/targets/x86_64-linux/lib"),
        (r"\\server\team\env\python.exe", r"\\dir1\dir2\env\python.exe"),
        ("/opt/same/same/other", "/opt/dir1/dir1/dir2"),
        ("~/dir1/dir-with-space2/bin", "~/dir1/dir-with-space2/bin"),
        ("", ""),
    ],
)
def test_a_path_keeps_its_shape_alone(path, shown):
    assert Places().hidden(path) == shown
    assert Places().hidden(shown) == shown


def test_the_own_home_is_told_from_a_tilde_wherever_it_lies():
    assert Places("/srv/people/alice").hidden("/srv/people/alice/.venv") == "~/.venv"
    assert Places("/srv/people/alice").hidden("/srv/people/alice2/.venv") == "/dir1/dir2/dir3/.venv"


# Variables.


@pytest.mark.parametrize(
    ("name", "value", "shown"),
    [
        ("KERAS_BACKEND", "jax", "jax"),
        ("KERAS_BACKEND", "JAX ", "JAX "),
        ("KERAS_BACKEND", '"torch"', '"torch"'),
        ("KERAS_BACKEND", "pytorch", "pytorch"),
        ("KERAS_BACKEND", "acme_private", "other-value"),
        ("KERAS_BACKEND", "", ""),
        ("KERAS_BACKEND", "jax\n::error::", "other-value"),
        ("KERAS_HOME", "/home/alice/keras", "~/keras"),
        ("KERAS_MAX_EPOCHS", "3", "3"),
        ("KERAS_MAX_EPOCHS", "three", "other-value"),
        ("TF_USE_LEGACY_KERAS", "True", "True"),
        ("CUDA_VISIBLE_DEVICES", "0,1", "0,1"),
        ("CUDA_VISIBLE_DEVICES", "", ""),
        ("CUDA_VISIBLE_DEVICES", "-1", "-1"),
        ("CUDA_VISIBLE_DEVICES", "GPU-8932f937-d72c-4106-c12f-20bd9faed9f6", "GPU-00000000"),
        ("JAX_PLATFORMS", "cuda,cpu", "cuda,cpu"),
        ("HSA_OVERRIDE_GFX_VERSION", "10.3.0", "10.3.0"),
        (
            "XLA_FLAGS",
            "--xla_gpu_cuda_data_dir=/home/alice/cuda --xla_dump_to=x",
            "--xla_gpu_cuda_data_dir=~/cuda --xla_dump_to=other-value",
        ),
        ("XLA_FLAGS", "--xla_force_host_platform_device_count=8", "--xla_force_host_platform_device_count=8"),
        ("LD_LIBRARY_PATH", "/usr/local/cuda-11.2/lib64:/home/alice/x/lib:", "/usr/local/cuda-11.2/lib64:~/dir1/lib:"),
        ("PYTHONPATH", r"C:\Users\alice\a;D:\b", r"~\dir1;D:\dir2"),
        ("LD_LIBRARY_PATH", "http://user:token@host/", "other-value"),
        ("TPU_ACCELERATOR_TYPE", "v5litepod-8", "v5litepod-8"),
        ("XLA_PYTHON_CLIENT_MEM_FRACTION", ".75", ".75"),
        ("NVIDIA_DRIVER_CAPABILITIES", "compute,utility", "compute,utility"),
    ],
)
def test_a_variable_shows_what_its_type_admits(name, value, shown):
    assert redact_variables({name: value}, Places()) == {name: shown}
    assert redact_variables({name: shown}, Places()) == {name: shown}


@pytest.mark.parametrize("name", VARIABLES)
@pytest.mark.parametrize(
    "value", [CANARY, f"/home/{CANARY}/{CANARY}", f"https://{CANARY}:{CANARY}@{CANARY}/", f"0,{CANARY}", f"--xla_x={CANARY}", HOSTILE]
)
def test_no_variable_lets_a_canary_through(name, value):
    assert CANARY not in str(redact_variables({name: value}, Places()))


def test_a_variable_that_nobody_listed_stays_out():
    assert redact_variables({"PIP_INDEX_URL": "https://u:p@host/", "KERAS_BACKEND": "jax"}, Places()) == {"KERAS_BACKEND": "jax"}


# Distributions.


def test_every_requirement_of_the_index_is_told_as_it_is():
    index = open_index()
    texts = {text for name in index.projects for release in index.releases(name) for text in _requirements(release)}
    changed = {text for text in texts if redact_requirement(text) != text and _is_sound(text)}
    assert len(texts) > 1000
    # The one whose local version could be anything.
    assert changed == {'libtpu-nightly==0.1.dev20241010+nightly.cleanup;extra == "tpu"'}


def _is_sound(text):
    try:
        return Requirement(text).url is None and Requirement(text).name != "python_version"
    except InvalidRequirement:
        return False


def _requirements(release):
    return {*(release.requirements or ()), *(text for variant in release.variants for text in variant.requires)}


@pytest.mark.parametrize(
    ("requirement", "shown"),
    [
        ("keras>=3.0", "keras>=3.0"),
        ("secret @ https://user:token@index.example/secret-1.0.whl", "secret"),
        ("secret[x] @ file:///home/alice/secret ; python_version < '3.12'", "secret[x] ; python_version < '3.12'"),
        ("numpy (>=1.2,<2)", "numpy (>=1.2,<2)"),
        ("numpy; platform_release == 'alice-laptop'", ""),
        ("numpy==1.0+alice.laptop", "numpy"),
        ("numpy; extra == 'gpu' and sys_platform in 'linux darwin'", "numpy; extra == 'gpu' and sys_platform in 'linux darwin'"),
        ("https://host/x.whl", ""),
        ("<script>", ""),
    ],
)
def test_a_requirement_shows_no_url(requirement, shown):
    assert redact_requirement(requirement) == shown


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("2.16.1", "2.16.1"),
        ("2.17.0rc0", "2.17.0rc0"),
        ("2.20.0.dev20250101", "2.20.0.dev20250101"),
        ("2.1.0+cu118", "2.1.0+cu118"),
        ("0.4.7+cuda11.cudnn86", "0.4.7+cuda11.cudnn86"),
        ("2.13.0+nv23.6", "2.13.0+nv23.6"),
        ("1.0+alice.laptop", "1.0+local"),
        ("1.0.dev3+g1234567.d20240101", "1.0.dev3+g1234567.d20240101"),
        (CANARY, None),
        (None, None),
    ],
)
def test_a_version_shows_no_name_of_a_builder(given, shown):
    assert version(given) == shown


# Words.


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("an NVIDIA GPU is on the PCI bus, but no driver of NVIDIA's is loaded", None),
        ("permission denied", None),
        ("it is not JSON: Expecting value: line 1 column 1 (char 0)", None),
        ("python3 on PATH", None),
        ("kdoctor's own interpreter, as there is no other", None),
        (".venv in this folder (VIRTUAL_ENV names a folder without Python)", None),
        ("/home/alice/x is not there", "~/dir1 is not there"),
        (f"the metadata is that of {CANARY}, the folder is named for keras", "the metadata is that of ... the folder is named for keras"),
    ],
)
def test_a_sentence_of_kdoctor_stays_whole(said, shown):
    assert sentence(said, Places()) == (shown or said)


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        ('File "/home/alice/p/lib/python3.11/site-packages/x.py", line 3', 'File "~/dir1/lib/python3.11/site-packages/dir2", line 3'),
        ("Looking in indexes: https://user:token@host/simple", "Looking in indexes: URL"),
        ("mail alice@example.org now", "mail ADDRESS now"),
        ("token ghp_16C7e42F292c6912E7710c838347Ae178B4a", "token KEY"),
        ("Loaded runtime CuDNN library: 9.1.0", "Loaded runtime CuDNN library: 9.1.0"),
    ],
)
def test_a_line_of_a_log_is_quoted_without_what_is_private(line, shown):
    assert quotable(line, Places()) == shown


# Whole snapshots.


def planted(value: str) -> Snapshot:
    """Give a snapshot with a value in each field that takes text, beside an environment with errors."""
    return snapshot(
        "tensorflow==2.16.1 numpy==1.26.4",
        env=dict.fromkeys(VARIABLES, value) | {value: value},
        config={"backend": value, "floatx": value, "epsilon": value, value: value, "image_data_format": [value]},
        complete=True,
        absent=f"{value.split(maxsplit=1)[0]}/x",
        folders={value: 3, "keras": 3},
        accelerators=(Accelerator("nvidia", value, value, 1), Accelerator(value, value)),
        drivers={"nvidia": value, value: "1"},
        libraries={"cuda": value, value: value},
        sources={
            f"/home/{value}/a.py": value,
            "a.py": f"os.environ['KERAS_BACKEND'] = '{value}'\nimport {value}",
            "b.txt": "?" + value.replace("\n", "?"),
        },
        declared=(
            Declared(f"x @ https://{value}", Location(f"/home/{value}/r.txt")),
            Declared(f"{value} {value}", Location("r.txt")),
        ),
        intent=Intent(value, value, (f"x @ https://{value}",), value, {"backend": Location(f"/home/{value}"), value: Location("x")}),
        patient=f"/home/{value}/bin/python",
        chosen=value,
        unread={value: value, f"/x/{value}": value},
        cpu_flags=frozenset({value}),
        read_as=value,
        origin=value,
    )._replace(
        python=Python(value, value, f"/srv/{value}/bin/python", f"/srv/{value}"),
        platform=Platform(value, value, value, value, None, value),
        distributions=(
            Distribution(
                "tensorflow",
                "2.16.1",
                (f"x @ https://{value}", f"keras; platform_release == '{value}'", f"y=={value}"),
                value,
                f"/a/{value}",
            ),
            Distribution("keras", value, (f"{value} x",), None, f"/b/{value}", f"{value}.dist-info", value, problem=value),
            Distribution(f"{value}/x", "1"),
            Distribution("numpy", f"1.0+{value}"),
        ),
    )


@pytest.mark.parametrize(
    "value", [CANARY, HOSTILE, f"https://user:{CANARY}@host/x", f"{CANARY}@example.org", f"/home/{CANARY}/{CANARY}", f"C:\\Users\\{CANARY}"]
)
def test_no_canary_survives_in_any_document(value):
    shown = redacted(planted(value))
    report = diagnose(shown)
    told = [json.dumps(snapshot_document(shown)), json_format.render(report)]
    told += [text.render(report, Face(), verbosity) for verbosity in (0, 1)]
    assert [one for one in told if CANARY in one] == []
    assert redacted(shown) == shown


@settings(max_examples=60, deadline=None)
@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=30))
def test_whatever_stands_around_a_canary(around):
    assert CANARY not in json.dumps(snapshot_document(redacted(planted(f"{around}{CANARY}"))), ensure_ascii=False)


def test_on_the_own_terminal_places_stay_and_secrets_do_not():
    here = redacted_here(planted(f"https://{CANARY}@host"))
    assert here.python.executable == f"/srv/https://{CANARY}@host/bin/python"
    assert CANARY not in str((here.environment, here.keras_config, [one.requires for one in here.distributions]))


def rows():
    for environment, config, installed in (
        ({"KERAS_BACKEND": "jax"}, {}, "keras==3.5.0 tensorflow==2.17.0 numpy==1.26.4"),
        ({"KERAS_BACKEND": "acme"}, {"backend": "torch"}, "keras==3.5.0 tensorflow==2.17.0 numpy==1.26.4"),
        ({"TF_USE_LEGACY_KERAS": "1"}, "{ no json", "keras==3.5.0 tensorflow==2.17.0 numpy==2.0.0"),
        ({"LD_LIBRARY_PATH": "/usr/local/cuda-12.1/lib64:/home/alice/lib"}, "[1]", "jax==0.5.0 jaxlib==0.5.0 keras==2.15.0"),
        ({}, {"backend": "theano", "floatx": "float12"}, "tensorflow==2.14.0 keras==2.14.0 numpy==2.0.0"),
    ):
        yield released(installed, env=environment, config=config, patient="/home/alice/x/bin/python", libraries={"cuda": "12.1"})


@pytest.mark.parametrize("case", list(rows()), ids=lambda one: str(one.environment))
def test_the_findings_are_the_same(case):
    first, second = diagnose(case), diagnose(redacted(case))
    assert [(one.rule, one.severity, one.subjects) for one in first.findings] == [
        (one.rule, one.severity, one.subjects) for one in second.findings
    ]
    assert [one.pins for one in first.remedies] == [one.pins for one in second.remedies]
    assert [one.works for one in first.usages.values()] == [one.works for one in second.usages.values()]


def test_a_redacted_snapshot_is_read_as_it_was_written():
    shown = redacted(next(rows()))
    assert read_snapshot(json.dumps(snapshot_document(shown)), "x") == shown
    assert not re.search("alice", json.dumps(snapshot_document(shown)))


# What --deep saw.

DISK = Disk(
    files=(
        FileList("keras", "3.0.0", 9, Some(2, ("keras/src/a.py", f"{CANARY}/b.py")), Some(1, (f"keras/{HOSTILE}",))),
        FileList(HOSTILE, HOSTILE, problem=f"RECORD cannot be read: {HOSTILE}"),
    ),
    lists=2,
    overlaps=(Overlap(CANARY, (Owner("keras", "3.0.0", 1), Owner(HOSTILE, CANARY, 0)), Some(1, (f"{CANARY}/a.py",))),),
    leftovers=Some(2, ("~eras", f"~{CANARY}")),
    shadows=(Shadow("keras", f"/home/{CANARY}/{CANARY}/keras.py", f"/opt/{CANARY}/lib/keras"), Shadow(HOSTILE, HOSTILE, HOSTILE)),
    conda={"keras": "2.14.0", HOSTILE: "1", "numpy": HOSTILE},
    links=(
        LinkFault("tensorflow/x.so", "tensorflow", "symbols", Some(2, ("_ZN4absl3FooEv", HOSTILE))),
        LinkFault(f"{CANARY}/x.so", CANARY + "\n", HOSTILE, Some(1, ("libcudnn.so.9",))),
    ),
    old_numpy=(OldNumpy("h5py", "3.10.0", Some(2, ("h5py/h5.so", f"{CANARY}.so"))),),
    gpu_libraries={"tensorflow": ("libcudnn.so.9", HOSTILE), HOSTILE: ()},
)


def test_what_is_on_disk_leaves_with_public_names_alone():
    shown = redacted(snapshot("keras==3.0.0", disk=DISK))
    assert CANARY not in repr(shown)
    assert "\x1b" not in repr(shown)
    disk = shown.disk
    assert disk.files[0].missing.first[0] == "keras/src/a.py"
    assert disk.files[1].problem.startswith("RECORD cannot be read:")
    assert disk.shadows[0][:3] == ("keras", "~/dir1/keras.py", "/opt/dir1/lib/keras")
    assert disk.links[0].names.first[0] == "_ZN4absl3FooEv"
    assert disk.leftovers == Some(2, ("~eras", "~other"))
    assert disk.conda == {"keras": "2.14.0"}
    assert redacted(shown) == shown
