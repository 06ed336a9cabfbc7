"""What --deep saw: names inside public packages stay, since they are the same for everybody; folders and other names do not."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from kdoctor.model import Disk, FileList, LinkFault, OldNumpy, Overlap, Owner, Shadow, Some
from kdoctor.redact import words
from kdoctor.redact.distributions import is_name

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from kdoctor.redact.places import Places


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


#: Beginnings of the import folders of packages that everybody has.
_PUBLIC = _words("""
tensorflow tensorboard keras tf_keras jax jaxlib torch functorch torchgen torchvision torchaudio openvino numpy scipy pandas h5py
ml_dtypes optree grpc google absl wrapt triton nvidia libtpu clang gast flatbuffers opt_einsum termcolor rich requests certifi
charset_normalizer idna urllib3 markdown werkzeug markupsafe namex packaging six typing_extensions astunparse wheel setuptools
pygments mdurl markdown_it tests test docs examples PIL tree attr attrs yaml tqdm sentencepiece tokenizers hf_xet dask
""")
_PATH = r"(?a)[\w+.-]{1,80}(?:/[\w+.~-]{1,120}){0,20}"
_WORD = r"(?a)[\w.$@+:-]{1,400}"
_KINDS = ("symbols", "libraries", "versions", "instructions", "damaged", "machine")
_ENDINGS = r"(?:\.pyc?|\.so|\.pyd)?"


def redact_disk(disk: Disk | None, places: Places) -> Disk | None:
    """Give what was seen on disk as it may be shown."""
    if disk is None:
        return None
    return disk._replace(
        files=disk.files and tuple(_file_list(one, places) for one in disk.files),
        overlaps=tuple(_overlap(one, places) for one in disk.overlaps),
        leftovers=_some(disk.leftovers, _leftover),
        shadows=disk.shadows and tuple(_shadow(one, places) for one in disk.shadows),
        conda=_conda(disk.conda),
        links=disk.links and tuple(_fault(one, places) for one in disk.links),
        old_numpy=disk.old_numpy and tuple(_old_numpy(one, places) for one in disk.old_numpy),
        gpu_libraries=_libraries(disk.gpu_libraries),
    )


def _file_list(one: FileList, places: Places) -> FileList:
    return one._replace(
        distribution=_distribution(one.distribution),
        version=words.version(one.version),
        missing=_some(one.missing, lambda path: _file(path, places)),
        changed=_some(one.changed, lambda path: _file(path, places)),
        problem=words.sentence(one.problem, places),
    )


def _overlap(one: Overlap, places: Places) -> Overlap:
    owners = tuple(Owner(_distribution(owner.name), words.version(owner.version), owner.as_listed) for owner in one.owners)
    return Overlap(_file(one.folder, places), owners, _some(one.differing, lambda path: _file(path, places)))


def _shadow(one: Shadow, places: Places) -> Shadow:
    name = one.name if one.name in _PUBLIC else "other"
    return one._replace(name=name, path=_named(one.path, name, places), hides=_named(one.hides, name, places))


def _named(path: str, name: str, places: Places) -> str:
    """Hide the folder of a path, and keep its last part where it is the import name."""
    folder, slash, last = path.replace("\\", "/").rpartition("/")
    shown = last if re.fullmatch(re.escape(name) + _ENDINGS, last) else places.hidden(last)
    return (places.hidden(folder) if folder else "") + slash + shown


def _fault(one: LinkFault, places: Places) -> LinkFault:
    return one._replace(
        module=_file(one.module, places),
        distribution=_distribution(one.distribution) if one.distribution else None,
        kind=words.one_of(one.kind, _KINDS, "other"),
        names=_some(one.names, _word),
    )


def _old_numpy(one: OldNumpy, places: Places) -> OldNumpy:
    modules = _some(one.modules, lambda path: _file(path, places))
    return OldNumpy(_distribution(one.distribution), words.version(one.version), modules)


def _some(found: Some, shown: Callable[[str], str]) -> Some:
    return found._replace(first=tuple(map(shown, found.first)))


def _distribution(name: str) -> str:
    return name if is_name(name) else "unnamed"


def _file(path: str, places: Places) -> str:
    """Keep the path of a file in a public package; the redacted form of any other."""
    top = path.partition("/")[0]
    known = any(top == name or top.startswith((name + "_", name + ".")) for name in _PUBLIC)
    return path if known and re.fullmatch(_PATH, path) else places.hidden(path)


def _word(text: str) -> str:
    """Keep the name of a symbol, of a library, or kdoctor's own word for what is wrong with a file."""
    return text if re.fullmatch(_WORD, text) else words.sentence(text) or "other"


def _leftover(name: str) -> str:
    return name if any(name[1:] == public[1:] for public in _PUBLIC) else "~other"


def _conda(found: Mapping[str, str] | None) -> dict[str, str] | None:
    if found is None:
        return None
    return {name: version for name, text in found.items() if is_name(name) and (version := words.version(text))}


def _libraries(found: Mapping[str, tuple[str, ...]] | None) -> dict[str, tuple[str, ...]] | None:
    if found is None:
        return None
    return {name: tuple(map(_word, files)) for name, files in found.items() if name in _PUBLIC}
