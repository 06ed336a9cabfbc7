"""Whether a saved model can be loaded here: the rows held against what really happened, and the words of the report."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from kdoctor.cli.schema import read_schema
from kdoctor.collect.model_files import read_model
from kdoctor.contract import read_snapshot, report_document, snapshot_document
from kdoctor.doctor import diagnose
from kdoctor.explain import explain
from kdoctor.model import ModelFile, UsageResult
from kdoctor.render import text
from kdoctor.render.words import Face
from kdoctor.rules.model_files import outlook
from tests.builders import snapshot
from tests.test_model_files import CUSTOM, LAMBDA, LAYERS, archive, hdf5

#: Models that were saved by one Keras and loaded by another for real; see knowledge/model_files.py.
MEASURED = [json.loads(line) for line in (Path(__file__).parent / "data" / "model_files.jsonl").read_text(encoding="utf-8").splitlines()]
KERAS_2, KERAS_3 = "tensorflow==2.15.1 keras==2.15.0", "tensorflow==2.18.1 keras==3.6.0"
ARCHIVE_2 = ModelFile("m.keras", "keras", "2.15.0", signs=frozenset({"functional"}))
ARCHIVE_3 = ModelFile("m.keras", "keras", "3.6.0", signs=frozenset({"functional"}))
COMPILED_2 = ModelFile("m.h5", "h5", "2.15.0", "tensorflow", signs=frozenset({"compiled"}))


def test_every_forecast_holds_against_what_happened():
    wrong, told = [], 0
    for row in MEASURED:
        model = ModelFile(row["name"], row["form"], row.get("keras"), None, row.get("tensorflow"), frozenset(row.get("signs", ())))
        usages = {"keras": UsageResult(True, f"keras {row['reader']}"), "tensorflow.keras": UsageResult(False)}
        foretold = outlook(model, usages).loads["keras"]
        told += foretold is not None
        if foretold is not None and foretold != (row["result"] == "works"):
            wrong.append(row)
    assert not wrong
    assert told > len(MEASURED) * 0.7


def test_the_errors_of_failed_loads_are_explained_by_the_same_rule():
    errors = {row["result"].removeprefix("fails: ") for row in MEASURED if row["result"].startswith("fails: ")}
    causes = [explain(error) for error in errors]
    explained = [found[0].rule for found in causes if found]
    assert set(explained) == {"KD821"}
    assert len(explained) > len(errors) * 0.6


@pytest.mark.parametrize(
    ("installed", "env", "model", "rule", "told"),
    [
        (KERAS_3, {}, ARCHIVE_3, None, ""),
        (KERAS_2, {}, ARCHIVE_2, None, ""),
        (KERAS_2, {}, ARCHIVE_3, "KD821", "keras 2.15.0 cannot load m.keras, a .keras archive written by Keras 3.6.0"),
        (KERAS_3, {}, ARCHIVE_2, "KD821", "keras 3.6.0 cannot load m.keras"),
        (KERAS_3, {}, COMPILED_2, "KD822", "keras 3.6.0 may not load m.h5, HDF5 written by Keras 2.15.0, without more ado"),
        (KERAS_3, {}, COMPILED_2._replace(signs=frozenset()), None, ""),
        (
            KERAS_3,
            {},
            ModelFile("m", "saved_model", "2.15.0", signs=frozenset({"keras"})),
            "KD821",
            "a SavedModel folder written by Keras 2.15.0",
        ),
        (KERAS_2, {}, ModelFile("m", "saved_model", None, tensorflow_version="2.18.0"), "KD821", "written by TensorFlow 2.18.0"),
        (KERAS_2, {}, ModelFile("w.h5", "weights", "2.9.0"), None, ""),
        (KERAS_2, {}, ModelFile("m.keras", "unheard-of", "9.9"), None, ""),
        (f"{KERAS_3} tf-keras==2.18.0", {"TF_USE_LEGACY_KERAS": "1"}, ARCHIVE_2, "KD821", "keras 3.6.0 cannot load m.keras"),
        ("numpy==1.26.4", {}, ARCHIVE_3, None, ""),
    ],
)
def test_findings(installed, env, model, rule, told):
    report = diagnose(snapshot(installed, env=env, models=(model,)))
    found = [finding for finding in report.findings if finding.rule.startswith("KD82")]
    assert [finding.rule for finding in found] == ([rule] if rule else [])
    assert all(told in finding.summary for finding in found)
    assert all(finding.advice for finding in found)
    assert report.models[0].path == model.path


def test_where_another_way_loads_it_that_is_the_advice():
    report = diagnose(snapshot(f"{KERAS_3} tf-keras==2.18.0", env={"TF_USE_LEGACY_KERAS": "1"}, models=(ARCHIVE_2,)))
    (finding,) = [one for one in report.findings if one.rule == "KD821"]
    assert dict(report.models[0].loads) == {"keras": False, "tensorflow.keras": True}
    assert (finding.severity.label, finding.advice) == ("warning", "Load it with tensorflow.keras.")


def test_documents_and_text_carry_it():
    models = (ARCHIVE_2, COMPILED_2, ARCHIVE_3._replace(path="::error::\x1b[31m.keras"))
    taken = snapshot(KERAS_3, models=models)
    report = diagnose(taken)
    Draft202012Validator(read_schema("report")).validate(report_document(report))
    assert read_snapshot(json.dumps(snapshot_document(taken)), "x").models == models
    shown = text.render(report, Face(width=80))
    assert "  m.keras: a .keras archive written by Keras 2.15.0\n    import keras          fails\n" in shown
    assert "  m.h5: HDF5 written by Keras 2.15.0\n    import keras          it depends\n" in shown
    assert all(line.isprintable() for line in shown.split("\n"))


def kdoctor(*arguments):
    result = subprocess.run([sys.executable, "-m", "kdoctor", *arguments], capture_output=True, check=False, timeout=60)
    return result.returncode, result.stdout.decode(), result.stderr.decode()


def test_command_line(tmp_path):
    environment = tmp_path / "env.json"
    environment.write_text(json.dumps(snapshot_document(snapshot(KERAS_2))))
    good = hdf5(tmp_path / "good.h5", {"keras_version": "2.15.0", "model_config": json.dumps(LAYERS)})
    new = archive(tmp_path / "new.keras", {"keras_version": "3.6.0"}, LAMBDA)
    code, out, err = kdoctor("check", good, "--from", str(environment))
    assert (code, err) == (0, "")
    assert "import keras          loads" in out
    code, out, _ = kdoctor("check", good, new, "--from", str(environment))
    assert code == 1
    assert "KD821 model-not-loadable" in out
    (tmp_path / "bad.keras").write_bytes(b"PK\x03\x04")
    for arguments, wanted, told in (
        ([str(tmp_path / "bad.keras")], 3, "bad.keras: damaged or cut off"),
        ([str(tmp_path / "absent.keras")], 3, "absent.keras cannot be read: No such file"),
    ):
        code, out, err = kdoctor("check", *arguments, "--from", str(environment))
        assert (code, out) == (wanted, "")
        assert told in err
        assert "Traceback" not in err


def test_custom_classes_are_for_their_owner_to_bring(tmp_path):
    model = read_model(archive(tmp_path / "m.keras", {"keras_version": "3.6.0"}, CUSTOM))
    report = diagnose(snapshot(KERAS_3, models=(model,)))
    assert [one.rule for one in report.findings] == ["KD822"]
    assert "custom_objects" in report.findings[0].advice
