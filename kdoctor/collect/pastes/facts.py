"""What a text says of an environment, gathered piece by piece; what is said with more weight wins, of equal weight the later."""

from __future__ import annotations

from kdoctor.contract.reading import normalized
from kdoctor.model import Accelerator, Declared, Distribution, Location, Platform, Python, Snapshot

#: Weights: words of a person, commands and logs of installers, what a program printed of itself, a whole listing.
WORDS, LOGS, PRINTED, LISTED = 1, 2, 3, 4

#: Import name -> distributions that own it, the usual one last.
_OWNERS = {
    "tensorflow": (
        "tensorflow-cpu",
        "tensorflow-gpu",
        "tensorflow-macos",
        "tensorflow-rocm",
        "tensorflow-intel",
        "intel-tensorflow",
        "tensorflow-directml",
        "tf-nightly",
        "tensorflow",
    ),
    "keras": ("keras", "keras-nightly"),
}
_PLATFORM = ("system", "machine", "libc", "release", "wsl", "container")


class Facts:
    """The sum of what was read so far."""

    def __init__(self, name: str = "the text") -> None:
        #: What the text is called, for places in it.
        self.name = name
        self._told: dict[tuple[str, str], tuple[int, str]] = {}
        self._distributions: dict[str, tuple[int, tuple[Distribution, ...]]] = {}
        self._missing: dict[str, int] = {}
        self._said: dict[str, tuple[int, str | None]] = {}
        self.keras_config: object = None
        self.accelerators: list[Accelerator] | None = None
        self.cpu_flags: frozenset[str] | None = None
        #: A whole listing was read.
        self.complete = False
        #: pip check found nothing.
        self.checked = False
        #: What somebody asked for and no installer found, with the line that says so.
        self.declared: dict[str, Declared] = {}
        self.unread: dict[str, str] = {}
        #: What the pieces were taken for, in their order, with the number of distributions where they list some.
        self.kinds: dict[str, int | None] = {}

    def tell(self, what: str, value: str | None, weight: int, group: str = "") -> None:
        """Note one value, such as the version of Python ("python") or of a library (group "library")."""
        known = self._told.get((group, what))
        if value and (known is None or weight >= known[0]):
            self._told[group, what] = (weight, value)

    def told(self, what: str, group: str = "") -> str | None:
        """Give what is known of it so far."""
        known = self._told.get((group, what))
        return known[1] if known else None

    def distribution(self, name: str, version: str | None, weight: int, installer: str | None = None) -> None:
        """Note that a distribution is installed; None = in an unknown version."""
        key = normalized(name)
        known = self._distributions.get(key)
        if known and (weight < known[0] or (version is None and known[1][0].version is not None)):
            return
        if weight < self._missing.get(key, 0):
            return
        self._missing.pop(key, None)
        self._distributions[key] = (weight, (Distribution(key, version, installer=installer),))

    def not_found(self, name: str, version: str, line: int) -> None:
        """Note that a version was asked for and an installer found none: what only asked for it installed nothing."""
        key = normalized(name)
        self.declared.setdefault(key, Declared(f"{key}=={version}", Location(self.name, line)))
        known = self._distributions.get(key)
        if known and known[0] <= LOGS and known[1][0].version == version:
            del self._distributions[key]

    def said(self, name: str, version: str | None, weight: int) -> None:
        """Note what was said of a framework by its import name: any distribution that owns the import may be meant."""
        known = self._said.get(name)
        if known is None or weight >= known[0]:
            self._said[name] = (weight, version)

    def copies(self, name: str, versions: tuple[str, ...], weight: int) -> None:
        """Note that one listing names a distribution several times."""
        key = normalized(name)
        self._distributions[key] = (weight, tuple(Distribution(key, version) for version in versions))

    def version(self, name: str) -> str | None:
        """Give the version of a distribution that is known so far."""
        known = self._distributions.get(normalized(name))
        return known[1][0].version if known else None

    def missing(self, name: str, weight: int) -> None:
        """Note that a distribution is not installed."""
        key = normalized(name)
        known = self._distributions.get(key)
        if known is None or weight >= known[0]:
            self._distributions.pop(key, None)
            self._missing[key] = weight

    def device(self, device: Accelerator) -> None:
        """Note a device."""
        self.accelerators = [*(self.accelerators or []), device]

    def no_device(self) -> None:
        """Note that somebody looked for devices and there are none."""
        self.accelerators = self.accelerators or []

    def anything(self) -> bool:
        """Tell whether the text said anything of an environment."""
        told = self._told or self.declared or self._distributions or self._missing or self._said or self.keras_config is not None
        return bool(told) or self.accelerators is not None or self.complete

    def snapshot(self) -> Snapshot:
        """Put it together."""
        self._settle()
        found = {what: value for (group, what), (_, value) in self._told.items() if not group}
        listed = tuple(one for _, rows in self._distributions.values() for one in rows)
        return Snapshot(
            origin="paste",
            complete=self.complete,
            python=_python(found),
            platform=_platform(found),
            cpu_flags=self.cpu_flags,
            distributions=listed,
            absent=frozenset(self._missing),
            environment=self._group("variable"),
            keras_config=self.keras_config,
            accelerators=None if self.accelerators is None else tuple(self.accelerators),
            drivers=self._group("driver"),
            libraries=self._group("library"),
            declared=tuple(self.declared.values()) or None,
            unread=self.unread,
            read_as=_listed(self.kinds),
        )

    def _settle(self) -> None:
        """Turn what was said into distributions: a listing knows better, and another name for the same import is filled in."""
        # A name that only one distribution has comes first, since it tells which of the owners is meant.
        for name, (weight, version) in sorted(self._said.items(), key=lambda item: item[0] in _OWNERS):
            owners = [other for other in _OWNERS.get(name, (name,)) if other in self._distributions]
            if not owners and not (self.complete and weight < LISTED):
                self.distribution(name, version, weight)
            for owner in owners[:1]:
                self._fill(owner, version, weight)

    def _fill(self, owner: str, version: str | None, weight: int) -> None:
        """Note for a distribution what was said of its import, where that says more than is known."""
        known, rows = self._distributions[owner]
        if version and len(rows) == 1 and (rows[0].version is None or weight > known or version.startswith(rows[0].version + "+")):
            self._distributions[owner] = (known, (rows[0]._replace(version=version),))

    def _group(self, name: str) -> dict[str, str] | None:
        found = {what: "" if value == "\0" else value for (group, what), (_, value) in self._told.items() if group == name}
        return found or None


def _python(found: dict[str, str]) -> Python | None:
    if "python" not in found and "implementation" not in found:
        return None
    bits = {"32": 32, "64": 64}.get(found.get("bits", ""))
    threads = {"yes": True}.get(found.get("free_threaded", ""))
    return Python(found.get("python"), found.get("implementation", "cpython"), bits=bits, free_threaded=threads)


def _platform(found: dict[str, str]) -> Platform | None:
    if not any(key in found for key in _PLATFORM):
        return None
    wsl = {"yes": True, "no": False}.get(found.get("wsl", ""))
    return Platform(
        found.get("system"),
        found.get("machine"),
        libc=found.get("libc"),
        release=found.get("release"),
        wsl=wsl,
        container=found.get("container"),
    )


def _listed(kinds: dict[str, int | None]) -> str:
    """Put the kinds into words: "pip list of 43 distributions, nvidia-smi and free text"."""
    told = [f"{kind} of {count} distribution{'s' if count > 1 else ''}" if count else kind for kind, count in kinds.items()]
    *first, last = told or ["free text"]
    return f"{', '.join(first)} and {last}" if first else last
