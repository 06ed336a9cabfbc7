"""What --deep saw of links: compiled files that the loader would refuse, and why."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kdoctor import versions
from kdoctor.knowledge.catalogue import name_of
from kdoctor.knowledge.families import ROLE_OF, ROLES
from kdoctor.knowledge.libraries import brought_by
from kdoctor.knowledge.loaded_at_start import broken_without, ends_add_on
from kdoctor.model import Evidence, Finding, LinkFault, Severity, Way
from kdoctor.rules.cuda import devices
from kdoctor.rules.files import count_of, disk_of, named
from kdoctor.rules.rows import label

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kdoctor.knowledge.coupling import Coupling

_CODES = {"symbols": "KD311", "libraries": "KD312", "damaged": "KD313", "machine": "KD313", "versions": "KD314", "instructions": "KD771"}
_TABLES = "the ELF tables of the files, by the rules of the loader"
_MOST = 4


def cannot_be_loaded(coupling: Coupling) -> Iterator[Finding]:
    """Give a finding for each distribution and kind of fault: an error where something surely does not start without the file."""
    grouped: dict[tuple[str, str], list[LinkFault]] = {}
    for fault in disk_of(coupling).links or ():
        if fault.kind in _CODES:
            grouped.setdefault((_CODES[fault.kind], fault.distribution or ""), []).append(fault)
    for (code, name), faults in grouped.items():
        yield _finding(coupling, code, name, faults)


def _finding(coupling: Coupling, code: str, name: str, faults: list[LinkFault]) -> Finding:
    used = coupling.present.get(name)
    who = label(used) if used else name or "no installed distribution"
    broken = frozenset().union(*(broken_without(fault.module) for fault in faults))
    files = tuple(fault.module for fault in faults)
    dead = {component for component in broken if component != "jax" or "jax" in coupling.present}
    surely = bool(dead) or any(map(ends_add_on, files))
    ways = _ways(coupling, code, name)
    return Finding(
        rule=code,
        name=name_of(code),
        severity=Severity.ERROR if surely else Severity.NOTE if _is_optional(coupling, code, faults) else Severity.WARNING,
        summary=f"{count_of(len(faults), 'compiled file')} of {who} cannot be loaded: {named(files, len(files), _MOST)}",
        cause=_cause(code, faults, surely=surely),
        subjects=(*((name,) if name else ()), *(("cpu",) if code == "KD771" else ())),
        evidence=tuple(_evidence(faults)),
        breaks=frozenset(dead),
        ways=ways,
        advice=None if ways or _is_rival(coupling, name) else _advice(coupling, code, name, faults),
    )


def _is_optional(coupling: Coupling, code: str, faults: list[LinkFault]) -> bool:
    """Tell whether only libraries are missing that few have.

    Many packages have parts for whoever has them, such as FFmpeg, which no wheel brings; those of a GPU nobody misses without one.
    """
    if code != "KD312":
        return False
    known = [who for fault in faults for name in fault.names.first if (who := brought_by(name))]
    return all(who.startswith("nvidia-") for who in known) and not (known and devices(coupling))


def _evidence(faults: list[LinkFault]) -> Iterator[Evidence]:
    for fault in faults[:_MOST]:
        yield Evidence(f"{fault.module}: {_VERBS[fault.kind]} {named(fault.names.first, fault.names.total, 1)}", _TABLES)
    if len(faults) > _MOST:
        yield Evidence(f"the same of {count_of(len(faults) - _MOST, 'more file')}", _TABLES)


_VERBS = {
    "symbols": "nobody provides",
    "libraries": "not found:",
    "versions": "not there:",
    "instructions": "needs",
    "damaged": "",
    "machine": "",
}


def _cause(code: str, faults: list[LinkFault], *, surely: bool) -> str:
    first = tuple(dict.fromkeys(name for fault in faults for name in fault.names.first))
    total = max(len(first), *(fault.names.total for fault in faults))
    # Names of C++ are long, and two tell as much as a dozen.
    shown = named(first, total, _MOST if total <= _MOST else 2)
    end = "" if surely else " It fails when it is first used."
    if code == "KD311":
        return f"undefined symbol: {shown}. None of the files that are loaded with {'it' if len(faults) == 1 else 'them'} defines it.{end}"
    if code == "KD312":
        brought = [f"{name} ({who})" if (who := brought_by(name)) else name for name in first[:3]]
        more = f" and {total - 3} more" if total > 3 else ""  # noqa: PLR2004 -- as many as are shown.
        return f"Shared libraries that the loader finds nowhere: {', '.join(brought)}{more}.{end}"
    if code == "KD314":
        return f"The library that the loader finds is too old: it lacks {shown}.{end}"
    if code == "KD771":
        return f"The loader refuses it on this processor: {shown} is needed.{end}"
    return f"{shown}.{end}".capitalize()


def _is_rival(coupling: Coupling, name: str) -> bool:
    """Tell whether two distributions lie over each other in the folder of this one: then that is the cause, and mended there."""
    return any(name in {owner.name for owner in overlap.owners} for overlap in disk_of(coupling).overlaps)


def _ways(coupling: Coupling, code: str, name: str) -> tuple[Way, ...]:
    """Give the way out where writing the files anew mends it: they are damaged, or not as listed."""
    disk = disk_of(coupling)
    spoilt = any(one.distribution == name for one in disk.files or ()) or code == "KD313"
    if name not in coupling.present or not spoilt or _is_rival(coupling, name):
        return ()
    return (Way(f"reinstall-{name}", f"install {name} again", reinstall=(name,)),)


def _advice(coupling: Coupling, code: str, name: str, faults: list[LinkFault]) -> str:
    if code == "KD312":
        wheels = [who for fault in faults for lib in fault.names.first if (who := brought_by(lib)) and " " not in who]
        return f"python -m pip install {' '.join(dict.fromkeys(wheels))}" if wheels else "Install what brings these libraries."
    if code == "KD314":
        return f"Take a release of {name or 'it'} made for older systems, or take an older copy of the library out of LD_LIBRARY_PATH."
    if code == "KD771":
        return "Take another machine, or a build without these instructions."
    needs = next((one for text in _requires(coupling, name) if (one := _framework(coupling, text))), None)
    if needs:
        return f"Take the {name} that was built for {needs}."
    return f"Install a release of {name or 'it'} that was built for this environment."


def _requires(coupling: Coupling, name: str) -> tuple[str, ...]:
    used = coupling.present.get(name)
    return (used.requires or ()) if used else ()


def _framework(coupling: Coupling, text: str) -> str | None:
    wanted = versions.requirement(text)
    names = ROLES.get(ROLE_OF.get(wanted.name, ""), (wanted.name,)) if wanted and wanted.name in (*ROLE_OF, "torch", "jaxlib") else ()
    return next((label(coupling.present[one]) for one in names if one in coupling.present), None)


RULES = (cannot_be_loaded,)
