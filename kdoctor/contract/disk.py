"""What --deep saw on disk, to and from JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kdoctor.contract.plain import Unfit
from kdoctor.model import Disk, FileList, LinkFault, OldNumpy, Overlap, Owner, Shadow, Some

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import TypeVar

    from kdoctor.contract.fields import Fields

    _Record = TypeVar("_Record")


def disk_document(disk: Disk) -> dict[str, Any]:
    """Return the value of the key `disk` in JSON types; what nobody looked at is left out."""
    document = {key: _written(value) for key, value in disk._asdict().items() if value is not None}
    return {key: value for key, value in document.items() if value not in (0, {"total": 0, "first": []})}


def _written(value: Any) -> Any:
    if hasattr(value, "_asdict"):
        return {key: _written(item) for key, item in value._asdict().items()}
    if isinstance(value, tuple):
        return [_written(item) for item in value]
    return {key: _written(item) for key, item in value.items()} if hasattr(value, "items") else value


def read_disk(fields: Fields | None) -> Disk | None:
    """Return what the key `disk` says; raises Unfit on a wrong type."""
    if fields is None:
        return None
    gpu = fields.inner("gpu_libraries")
    return Disk(
        files=_records(fields, "files", _file_list),
        lists=fields.number("lists") or 0,
        overlaps=_records(fields, "overlaps", _overlap) or (),
        leftovers=_some(fields, "leftovers"),
        shadows=_records(fields, "shadows", _shadow),
        conda=fields.known_texts("conda"),
        links=_records(fields, "links", _link_fault),
        modules=fields.number("modules") or 0,
        old_numpy=_records(fields, "old_numpy", _old_numpy),
        gpu_libraries=None if gpu is None else {name: gpu.texts(name) or () for name in gpu.values},
    )


def _records(fields: Fields, key: str, read: Callable[[Fields], _Record]) -> tuple[_Record, ...] | None:
    inners = fields.inners(key)
    return None if inners is None else tuple(map(read, inners))


def _some(fields: Fields, key: str) -> Some:
    inner = fields.inner(key)
    if inner is None:
        return Some()
    first = inner.texts("first") or ()
    return Some(max(inner.number("total") or 0, len(first)), first)


def _needed(fields: Fields, key: str) -> str:
    text = fields.text(key)
    if not text:
        raise Unfit(f"{fields.at(key)} is missing or empty")
    return text


def _file_list(fields: Fields) -> FileList:
    return FileList(
        distribution=_needed(fields, "distribution"),
        version=fields.text("version"),
        listed=fields.number("listed") or 0,
        missing=_some(fields, "missing"),
        changed=_some(fields, "changed"),
        problem=fields.text("problem"),
    )


def _overlap(fields: Fields) -> Overlap:
    owners = _records(fields, "owners", _owner) or ()
    return Overlap(_needed(fields, "folder"), owners, _some(fields, "differing"))


def _owner(fields: Fields) -> Owner:
    return Owner(_needed(fields, "name"), fields.text("version"), fields.number("as_listed") or 0)


def _shadow(fields: Fields) -> Shadow:
    return Shadow(_needed(fields, "name"), _needed(fields, "path"), fields.text("hides") or "", bool(fields.flag("here")))


def _link_fault(fields: Fields) -> LinkFault:
    return LinkFault(_needed(fields, "module"), fields.text("distribution"), _needed(fields, "kind"), _some(fields, "names"))


def _old_numpy(fields: Fields) -> OldNumpy:
    return OldNumpy(_needed(fields, "distribution"), fields.text("version"), _some(fields, "modules"))
