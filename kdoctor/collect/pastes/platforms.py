"""Words for operating systems and machines, as platform.platform() and people write them."""

from __future__ import annotations

import re

from kdoctor.collect.pastes.facts import Facts

_MAC = (
    r"\bmac ?os\b|\bos ?x\b|\bdarwin\b|\bmacbook|\bapple (?:silicon|m\d)|\bmac (?:mini|pro|studio|m\d)|\bsonoma\b|\bventura\b|\bsequoia\b"
)
_LINUX = (
    r"\blinux\b|\bubuntu\b|\bdebian\b|\bcentos\b|\bfedora\b|\bred ?hat\b|\brhel\b|\barch\b|\bmanjaro\b|\bpop!?_?os\b|\bmint\b|\brocky\b"
    r"|\balma\b|\bsuse\b|\bamazon linux\b|\bcolab\b|\bkaggle\b|\bdocker\b|\bgentoo\b|\bnixos\b|\bendeavou?r\b"
)
#: In the order in which they are tried: what runs under Windows names both.
_WORDS = (
    (re.compile(r"\bwsl ?2?\b|windows subsystem|microsoft-standard", re.IGNORECASE), "wsl"),
    (re.compile(_MAC, re.IGNORECASE), "darwin"),
    (re.compile(r"\bwindows\b|\bwin ?(?:7|8|10|11)\b|\bwin(?:32|64)\b|\bnt ?10", re.IGNORECASE), "windows"),
    (re.compile(_LINUX, re.IGNORECASE), "linux"),
)
_MACHINE = re.compile(
    r"\b(x86[_-]64|amd64|x64|aarch64|arm64|apple silicon|(?:apple |chip )?m[1-4](?: (?:pro|max|ultra))?\b)", re.IGNORECASE
)
_PLATFORM = re.compile(r"(Linux|macOS|Windows|Darwin)-([\w.+-]{1,120})")
_GLIBC = re.compile(r"glibc[- ]?(\d\.\d{1,2})")
_MAC_RELEASE = re.compile(r"mac ?os(?: [A-Z]\w+)?[ -](\d{2}(?:\.\d{1,2}){0,2})", re.IGNORECASE)


def note_system(text: str, facts: Facts, weight: int) -> bool:
    """Note the operating system and the machine that a text names; True where it named a system."""
    if found := _PLATFORM.search(text):
        return _note_platform(found[1], found[2], facts, weight)
    systems = [system for form, system in _WORDS if form.search(text)]
    system = systems[0] if systems else None
    if system == "wsl":
        facts.tell("wsl", "yes", weight)
        system = "linux"
    facts.tell("system", system, weight)
    if found := _MACHINE.search(text):
        facts.tell("machine", _machine(found[1], system), weight)
    if found := _MAC_RELEASE.search(text):
        facts.tell("release", found[1], weight)
    if found := _GLIBC.search(text):
        facts.tell("libc", f"glibc {found[1]}", weight)
    return system is not None


def _machine(word: str, system: str | None) -> str:
    bare = word.lower().replace("-", "_")
    if bare in ("x86_64", "amd64", "x64"):
        return "amd64" if system == "windows" else "x86_64"
    return "aarch64" if bare == "aarch64" or system == "linux" else "arm64"


def _note_platform(system: str, rest: str, facts: Facts, weight: int) -> bool:
    """Read what platform.platform() gives: Linux-5.15.0-91-generic-x86_64-with-glibc2.35, macOS-14.2-arm64-arm-64bit."""
    known = {"Linux": "linux", "Windows": "windows"}.get(system, "darwin")
    facts.tell("system", known, weight)
    if machine := re.search(r"-(x86_64|aarch64|arm64|AMD64|i686|ppc64le)\b", rest):
        facts.tell("machine", machine[1].lower(), weight)
    if libc := _GLIBC.search(rest):
        facts.tell("libc", f"glibc {libc[1]}", weight)
    if known == "darwin" and (release := re.match(r"\d{2}(?:\.\d{1,2}){0,2}", rest)):
        facts.tell("release", release[0], weight)
    facts.tell("wsl", "yes" if "microsoft" in rest.lower() else None, weight)
    return True
