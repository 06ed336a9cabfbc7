"""What --deep saw of files: lost, overwritten or changed ones, and whatever stands in front of the installed family."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kdoctor.knowledge.catalogue import name_of
from kdoctor.knowledge.families import OWNERS
from kdoctor.model import Disk, Evidence, FileList, Finding, Overlap, Owner, Severity, Shadow, Way

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kdoctor.knowledge.coupling import Coupling

_CODE = (".py", ".so", ".pyd", ".dll", ".dylib")
#: Import folder -> the component that does not work without it.
COMPONENTS = {
    "tensorflow": "tensorflow",
    "keras": "keras",
    "tf_keras": "tf-keras",
    "jax": "jax",
    "jaxlib": "jax",
    "torch": "torch",
    "openvino": "openvino",
    "numpy": "numpy",
}
#: Folders that many projects leave in site-packages by mistake, with a file of the same name in each.
_STRAYS = ("tests", "test", "testing", "docs", "doc", "examples", "example", "scripts", "benchmarks", "tools", "bin")
#: So many files of another size are no longer a person's own edits.
_MIXTURE = 20
#: Fewer files than this in common come of untidy packing.
_STRAY = 3
_LISTS = "the list of files of {} (RECORD) and the disk"


def overwritten(coupling: Coupling) -> Iterator[Finding]:
    """Give a finding for each set of distributions whose lists describe the same files differently: at most one is right."""
    for one in disk_of(coupling).overlaps:
        names = tuple(dict.fromkeys(owner.name for owner in one.owners))
        code = "KD304" if len(names) == 1 else "KD301" if any(set(names) <= set(of) for of in OWNERS.values()) else "KD307"
        harmless = code == "KD307" and (
            one.folder in _STRAYS or one.folder.endswith((".py", ".txt", ".md")) or one.differing.total < _STRAY
        )
        yield Finding(
            rule=code,
            name=name_of(code),
            severity=Severity.NOTE if harmless else Severity.WARNING,
            summary=f"{count_of(one.differing.total, 'file')} of {one.folder}/ belong{'s' if one.differing.total == 1 else ''} to "
            f"{' and '.join(map(_label, one.owners))} at once, and cannot be right for all",
            cause=_whose(one),
            subjects=names,
            evidence=(Evidence(f"{_whose(one)} One of them: {one.differing.first[0]}", _LISTS.format(" and ".join(names))),)
            if one.differing.first
            else (),
            advice=None if harmless else f"Uninstall {' and '.join(names)}, then install again the one that is wanted.",
        )


def _whose(one: Overlap) -> str:
    total, best = one.differing.total, max(one.owners, key=lambda owner: owner.as_listed)
    others = [_label(owner) for owner in one.owners if owner is not best]
    told = f"Of {count_of(total, 'file')} that they describe differently, {best.as_listed} are those of {_label(best)}"
    return f"{told} and {sum(owner.as_listed for owner in one.owners) - best.as_listed} those of {' or '.join(others)}."


def _label(owner: Owner | FileList) -> str:
    name = owner.name if isinstance(owner, Owner) else owner.distribution
    return f"{name} {owner.version or '(version unknown)'}"


def missing_files(coupling: Coupling) -> Iterator[Finding]:
    """Give a finding for each distribution that lacks files of its list, unless the whole folder is gone."""
    for one in _told(coupling):
        if not one.missing.total:
            continue
        first = one.missing.first[0] if one.missing.first else ""
        folder, _, rest = first.partition("/")
        code = (first.endswith(_CODE) or ".so." in first) and not any(part in _STRAYS for part in first.split("/")[:-1])
        # A package without its own __init__ imports as an empty one.
        dead = COMPONENTS.get(folder) if rest == "__init__.py" else None
        yield Finding(
            rule="KD306",
            name=name_of("KD306"),
            severity=Severity.ERROR if dead else Severity.WARNING if code else Severity.NOTE,
            summary=f"{_label(one)} lacks {count_of(one.missing.total, 'file')} of the {one.listed} that it was installed with",
            cause=f"{named(one.missing.first, one.missing.total)} {'is' if one.missing.total == 1 else 'are'} not there: "
            + ("an interrupted installation, or another distribution that was uninstalled." if code else "none of it is code."),
            subjects=(one.distribution,),
            evidence=(Evidence(f"{one.missing.total} of {one.listed} missing", _LISTS.format(one.distribution)),),
            breaks=frozenset({dead} if dead else ()),
            ways=(_again(one),) if code else (),
        )


def changed_files(coupling: Coupling) -> Iterator[Finding]:
    """Give a finding for each distribution with files of another size than listed that no other distribution's list explains."""
    shared = {owner.name for overlap in disk_of(coupling).overlaps for owner in overlap.owners}
    for one in _told(coupling):
        if one.changed.total and one.distribution not in shared:
            many = one.changed.total >= _MIXTURE
            yield Finding(
                rule="KD308",
                name=name_of("KD308"),
                severity=Severity.WARNING if many else Severity.NOTE,
                summary=f"{_label(one)} is not as it was installed: {count_of(one.changed.total, 'file')} of another size",
                cause=f"{named(one.changed.first, one.changed.total)} "
                + ("are of another size than listed: a mixture of two releases." if many else "changed in size: edited or stripped."),
                subjects=(one.distribution,),
                evidence=(Evidence(f"{one.changed.total} of {one.listed} of another size", _LISTS.format(one.distribution)),),
                ways=(_again(one),) if many else (),
            )


def unlisted(coupling: Coupling) -> Iterator[Finding]:
    """Give a note for each distribution whose installer left no list of files: it was interrupted, or somebody tidied up."""
    for one in _told(coupling):
        if one.problem:
            yield Finding(
                rule="KD310",
                name=name_of("KD310"),
                severity=Severity.NOTE,
                summary=f"{_label(one)} has no list of its files: {one.problem}",
                cause="Installers write it last, so an installation without it may be half done; and none can uninstall it cleanly.",
                subjects=(one.distribution,),
                advice=f'python -m pip install --ignore-installed --no-deps "{one.distribution}=={one.version}" writes both anew.'
                if one.version
                else None,
            )


def _told(coupling: Coupling) -> Iterator[FileList]:
    """Give the lists of which other rules do not speak already: not those of a gone folder, of a rival or of a second copy."""
    disk = disk_of(coupling)
    rivals = {
        owner.name for overlap in disk.overlaps for owner in overlap.owners if owner.as_listed < max(o.as_listed for o in overlap.owners)
    }
    for one in disk.files or ():
        used = coupling.present.get(one.distribution)
        if one.distribution not in coupling.gone and used and used.version == one.version and one.distribution not in rivals:
            yield one


def shadowed(coupling: Coupling) -> Iterator[Finding]:
    """Give a finding for each name that something else answers for before the installed distribution."""
    for one in disk_of(coupling).shadows or ():
        component = COMPONENTS.get(one.name)
        # A single file can stand for none of these; a folder may be another copy that somebody put there on purpose.
        dead = component if not one.here and one.path.endswith((".py", ".pyc")) else None
        yield Finding(
            rule="KD309",
            name=name_of("KD309"),
            severity=Severity.ERROR if dead else Severity.WARNING,
            summary=f"import {one.name} takes {one.path}" + (" in programs that are started here" if one.here else ""),
            cause=f"It stands before {one.hides} on the import path.",
            subjects=(_subject(coupling, one),),
            evidence=(Evidence(one.path, "the folders of the import path, in their order"),),
            breaks=frozenset({dead} if dead else ()),
            advice=f"Rename {one.path}, or start programs from another folder."
            if one.here
            else f"Rename it, or take its folder out of PYTHONPATH and of the .pth files: {one.path}",
        )


def _subject(coupling: Coupling, one: Shadow) -> str:
    owners = OWNERS.get(one.name, ())
    return next((name for name in owners if name in coupling.present), owners[0] if owners else one.name)


def left_over(coupling: Coupling) -> Iterator[Finding]:
    """Give a note for folders that pip renamed for removal and never removed."""
    left = disk_of(coupling).leftovers
    if left.total:
        yield Finding(
            rule="KD305",
            name=name_of("KD305"),
            severity=Severity.NOTE,
            summary=f"{count_of(left.total, 'folder')} of an interrupted removal {'is' if left.total == 1 else 'are'} left: "
            + named(left.first, left.total),
            cause="pip renames what it removes; interrupted, it leaves the folder. No import finds it, but it takes its space.",
            subjects=tuple(name.lstrip("~-") for name in left.first),
            advice="Delete the folders that start with ~ in site-packages.",
        )


def two_installers(coupling: Coupling) -> Iterator[Finding]:
    """Give a note for each distribution of which conda's records and the metadata tell different versions."""
    for name, version in (disk_of(coupling).conda or {}).items():
        used = coupling.present.get(name)
        if used and used.version and used.installer != "conda" and used.version != version:
            yield Finding(
                rule="KD304",
                name=name_of("KD304"),
                severity=Severity.NOTE,
                summary=f"conda believes that {name} is {version}; {used.installer or 'another installer'} put {used.version} over it",
                cause="The next conda update or remove works on files that are not conda's any more.",
                subjects=(name,),
                evidence=(Evidence(f"conda-meta has {name} {version}", "conda's own records"),),
                advice=f"Let one installer have it: conda remove --force {name}, then install it again with the other.",
            )


def _again(one: FileList) -> Way:
    return Way(f"reinstall-{one.distribution}", f"install {one.distribution} again", reinstall=(one.distribution,))


def named(first: tuple[str, ...], count: int, most: int = 3) -> str:
    """List names, not more than `most`, and say how many there are besides."""
    shown = ", ".join(first[:most])
    return shown if count <= most else f"{shown} and {count - min(most, len(first))} more"


def count_of(number: int, what: str, one: str = "", more: str = "s") -> str:
    """Give "1 file" or "2 files"; `one` and `more` are the endings of the word."""
    return f"{number} {what}{one if number == 1 else more}"


def disk_of(coupling: Coupling) -> Disk:
    """Give what --deep saw, or nothing."""
    return coupling.snapshot.disk or Disk()


RULES = (overwritten, missing_files, changed_files, unlisted, shadowed, left_over, two_installers)
