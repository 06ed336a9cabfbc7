"""From JSON text to a snapshot."""

from __future__ import annotations

import re
from typing import Any

from kdoctor.contract.disk import read_disk
from kdoctor.contract.fields import Fields
from kdoctor.contract.plain import DEEPEST_FOREIGN, Unfit, parse, plain, shown
from kdoctor.contract.probe import read_probe
from kdoctor.errors import KdoctorError
from kdoctor.model import Accelerator, Declared, Distribution, Intent, Location, ModelFile, Platform, Python, Snapshot

#: The newest number of each document that can be read.
_READABLE = {"snapshot": 1, "report": 1}
_LONGEST_PLACE = 300
_NEWER_HINT = "a newer kdoctor reads it: python -m pip install --upgrade keras-doctor"


def read_snapshot(text: str | bytes, where: str) -> Snapshot:
    """Read a snapshot document, or the snapshot inside a report document.

    `where` names the text in messages, such as a file's path. Unknown keys are ignored and missing ones mean unknown. What is
    no JSON, of another schema, or of the wrong type under a key that matters raises KdoctorError with one line.
    """
    try:
        return _snapshot(_root(parse(text)))
    except Unfit as wrong:
        raise KdoctorError(f"{shown(where, _LONGEST_PLACE)}: {wrong.complaint}", wrong.hint) from None


def normalized(name: str) -> str:
    """Normalize a distribution's name as the packaging specification on names says."""
    return re.sub(r"[-_.]+", "-", name.strip()).lower()


def _root(tree: Any) -> Fields:
    if not isinstance(tree, dict):
        raise Unfit("the JSON is no object, so it is no snapshot")
    fields = Fields("", tree)
    if _kind(fields) == "snapshot":
        return fields
    inner = fields.inner("snapshot")
    if inner is None:
        raise Unfit("the report has no snapshot in it")
    if _kind(inner) != "snapshot":
        raise Unfit("the snapshot in the report is itself a report")
    return inner


def _kind(fields: Fields) -> str:
    schema = fields.text("schema")
    if schema is None:
        raise Unfit(f"{fields.at('schema')} is missing, so this is no kdoctor.snapshot/1 document")
    match = re.fullmatch(r"kdoctor\.(snapshot|report)/([1-9][0-9]{0,8})", schema)
    if not match:
        raise Unfit(f'{fields.at("schema")} is "{shown(schema)}", not kdoctor.snapshot/1')
    if int(match[2]) > _READABLE[match[1]]:
        raise Unfit(f"{schema} is newer than this kdoctor reads", _NEWER_HINT)
    return match[1]


def _snapshot(fields: Fields) -> Snapshot:
    cpu = fields.inner("cpu")
    flags = cpu.texts("flags") if cpu else None
    distributions = fields.inners("distributions")
    accelerators = fields.inners("accelerators")
    sources = fields.inner("sources")
    return Snapshot(
        origin=fields.text("origin") or "environment",
        # A list that nobody calls complete may lack some; a missing one lacks all.
        complete=bool(fields.flag("complete")) and distributions is not None,
        python=_python(fields.inner("python")),
        platform=_platform(fields.inner("platform")),
        cpu_flags=None if flags is None else frozenset(flag.lower() for flag in flags),
        distributions=tuple(map(_distribution, distributions or ())),
        absent=frozenset(map(normalized, fields.texts("absent") or ())),
        environment=fields.known_texts("environment"),
        keras_config=plain(fields.values.get("keras_config"), DEEPEST_FOREIGN),
        folders=_folders(fields.inner("folders")),
        accelerators=None if accelerators is None else tuple(map(_accelerator, accelerators)),
        drivers=fields.known_texts("drivers"),
        libraries=fields.known_texts("libraries"),
        sources=plain(sources.values, DEEPEST_FOREIGN) if sources else None,
        declared=_declared(fields.inners("declared")),
        intent=_intent(fields.inner("intent")),
        patient=fields.text("patient"),
        chosen=fields.text("chosen"),
        unread=fields.known_texts("unread") or {},
        observed=fields.known_texts("observed"),
        read_as=fields.text("read_as"),
        disk=read_disk(fields.inner("disk")),
        probe=read_probe(fields.inner("probe")),
        models=tuple(map(_model, fields.inners("models") or ())),
    )


def _model(fields: Fields) -> ModelFile:
    return ModelFile(
        path=fields.text("path") or "",
        form=fields.text("form") or "",
        keras_version=fields.text("keras_version"),
        backend=fields.text("backend"),
        tensorflow_version=fields.text("tensorflow_version"),
        signs=frozenset(fields.texts("signs") or ()),
    )


def _python(fields: Fields | None) -> Python | None:
    if fields is None:
        return None
    return Python(
        version=fields.text("version"),
        implementation=(fields.text("implementation") or "cpython").lower(),
        executable=fields.text("executable"),
        prefix=fields.text("prefix"),
        free_threaded=fields.flag("free_threaded"),
        bits=fields.number("bits"),
    )


def _platform(fields: Fields | None) -> Platform | None:
    if fields is None:
        return None
    return Platform(
        system=_lower(fields.text("system")),
        machine=_lower(fields.text("machine")),
        libc=fields.text("libc"),
        release=fields.text("release"),
        wsl=fields.flag("wsl"),
        container=fields.text("container"),
    )


def _distribution(fields: Fields) -> Distribution:
    name = normalized(fields.text("name") or "")
    if not name:
        raise Unfit(f"{fields.at('name')} is missing or empty")
    return Distribution(
        name=name,
        version=fields.text("version"),
        requires=fields.texts("requires"),
        requires_python=fields.text("requires_python"),
        location=fields.text("location"),
        metadata=fields.text("metadata"),
        installer=fields.text("installer"),
        editable=bool(fields.flag("editable")),
        leftover=bool(fields.flag("leftover")),
        problem=fields.text("problem"),
    )


def _accelerator(fields: Fields) -> Accelerator:
    return Accelerator(
        vendor=_lower(fields.text("vendor")) or "unknown",
        name=fields.text("name"),
        compute_capability=fields.text("compute_capability"),
        memory_mib=fields.number("memory_mib"),
    )


def _folders(fields: Fields | None) -> dict[str, int | None] | None:
    return None if fields is None else {name: fields.number(name) for name in fields.values}


def _declared(rows: list[Fields] | None) -> tuple[Declared, ...] | None:
    if rows is None:
        return None
    return tuple(
        Declared(row.text("requirement") or "", _location(row.inner("location")) or Location(""), constraint=bool(row.flag("constraint")))
        for row in rows
    )


def _intent(fields: Fields | None) -> Intent | None:
    if fields is None:
        return None
    places = fields.inner("places")
    return Intent(
        backend=fields.text("backend"),
        accelerator=fields.text("accelerator"),
        requirements=fields.texts("requirements") or (),
        python=fields.text("python"),
        places={wish: place for wish in places.values if (place := _location(places.inner(wish)))} if places else {},
    )


def _location(fields: Fields | None) -> Location | None:
    if fields is None:
        return None
    numbers = (fields.number("line") or 1, fields.number("column") or 1, fields.number("end_line"), fields.number("end_column"))
    return Location(fields.text("path") or "", *numbers, fields.number("cell"), fields.number("file_line"))


def _lower(text: str | None) -> str | None:
    return None if text is None else text.lower()
