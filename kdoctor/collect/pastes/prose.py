"""A person's words: the fields of issue forms, and sentences that name versions."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from kdoctor.collect.pastes import platforms
from kdoctor.collect.pastes.facts import LOGS, PRINTED, WORDS, Facts
from kdoctor.collect.pastes.lines import plain
from kdoctor.collect.pastes.names import PATTERN, name_of
from kdoctor.collect.pastes.printed import not_installed
from kdoctor.model import Accelerator

_FIELD = re.compile(r"([A-Za-z][^:=]{0,110}?)\s*(?::|=+|\s-\s|\s{3,}|->)\s*(\S.*)?$")
_HEADING = re.compile(r"\s*(?:#{1,6}\s+|\*\*)(.{2,110}?)(?:\*\*)?:?\s*$")
_NUMBER = r"v?(\d{1,2}(?:\.\d{1,3}){1,3}(?:\.?(?:post|dev)\d{1,8}|-?rc-?\d{1,2}|[ab]\d{1,2})?(?:\+[a-z0-9.]{2,20})?)(?![\w.]?\d|\.[x*])"
#: A name, words that may stand between, and a version.
_TOLD = re.compile(rf"(?<![\w/.@-])({PATTERN})(?:['\"]?\s*(?:\(?version|ver\.?|v|==?|:|-|is|@|\()?\s*[:=]?\s*){_NUMBER}", re.IGNORECASE)
_PYTHON = re.compile(
    r"(?<![\w/.-])(?:python|cpython|py)\s*(?:version|ver\.?|v|==?|:|-|is)?\s*:?\s*v?([23]\.\d{1,2}(?:\.\d{1,2})?)(?![\w.]?\d)",
    re.IGNORECASE,
)
_CUDA = re.compile(r"(?<![\w/.-])cuda(?:\s*(?:toolkit|version|ver\.?|v|==?|:|-|is)){0,2}\s*v?(\d{1,2}\.\d{1,2})(?![\w]?\d)", re.IGNORECASE)
_CUDNN = re.compile(
    r"(?<![\w/.-])cudnn(?:\s*(?:version|ver\.?|v|==?|:|-|is)){0,2}\s*v?(\d{1,2}(?:\.\d{1,2}){1,3})(?![\w]?\d)", re.IGNORECASE
)
_DRIVER = re.compile(r"driver(?:\s*(?:version|ver\.?|v|==?|:|-|is)){0,2}\s*v?(\d{3}\.\d{2,3}(?:\.\d{2})?)(?![\w]?\d)", re.IGNORECASE)
_GPU = re.compile(
    r"\b((?:NVIDIA )?(?:GeForce )?(?:RTX|GTX) ?(?:A?\d{3,4})(?: ?Ti| SUPER)?(?: Laptop(?: GPU)?)?"
    r"|(?:NVIDIA )?(?:Tesla )?(?:[TPV]100|T4|K80|L4|L40S?|A10G?|A40|A100|H100|H200|B200)(?:[ -](?:SXM\d?|PCIE|PCIe)(?:-\d{2,3}GB)?)?"
    r"|(?:NVIDIA )?Quadro \w{2,8})\b"
)
_AMD = re.compile(r"\b((?:AMD )?Radeon (?:RX |Pro )?\w{2,8}(?: XTX?)?|(?:AMD )?Instinct MI\d{2,3}X?)\b")
#: What makes a version that follows no statement about this environment.
_ELSEWHERE = re.compile(
    r"(?:since|prior to|before|after|until|than|below|above|least|from|downgrad\w+ to|older|earlier|previous\w*|expect\w*|support\w*"
    r"|requires?|needs?|(?:work\w*|fine|succe\w+|ok) (?:\w+ ){0,3}(?:in|on|with|using|under|for)|recommend\w*"
    r"|compatib\w*(?: with)?|instead of|not|unlike"
    r"|built (?:for|with|against)|[<>~!]=?|for|either|up to|compiled with|fixed in|introduced in|deprecated in|removed in|was|were)"
    r"\s*(?:a |an |the |of |to |with |only )*$",
    re.IGNORECASE,
)
_BEHIND = re.compile(
    r"\s*(?:\+|or (?:higher|later|newer|above|greater|below|older)|and (?:above|later|up|newer|higher|below)|does(?:n't| not)"
    r"|,? ?(?:also )?works|is not support|\s(?:uses|comes|ships|requires|needs|supports|dropped|removed|introduced|changed|will)\b)",
    re.IGNORECASE,
)


#: Further versions of the same, as in "Python 3.11 and 3.12".
_MORE = re.compile(r"\s*(?:,|/|and|or|&)\s*v?(\d{1,2}\.\d{1,3}(?:\.\d{1,3})?)(?![\w.]?\d)")
_SYSTEM = re.compile(
    r"\b(?:Ubuntu|Debian|CentOS|Fedora|RHEL) ?\d[\d.]*|\bWindows (?:7|8|10|11)\b|\bmac ?OS ?\d[\d.]*|\bWSL ?2\b"
    r"|\bM[1-4] (?:Mac|Pro|Max|Ultra)\w*",
    re.IGNORECASE,
)


class Words:
    """Gathers what sentences say, to be told once all are read: a name with several versions has none that is known."""

    def __init__(self) -> None:
        self._said: dict[str, dict[str, None]] = {}
        #: Operating systems, as they are called.
        self.systems: list[str] = []

    def sentence(self, text: str) -> None:
        """Note the versions that a line names."""
        if not any(char.isdigit() for char in text):
            return
        for found in _TOLD.finditer(text):
            self._add(name_of(found[1]), found[2], text, found)
        for found in _SYSTEM.finditer(text):
            self.systems.append(found[0])
        for form, what in ((_PYTHON, "python"), (_CUDA, "cuda"), (_CUDNN, "cudnn"), (_DRIVER, "driver")):
            for found in form.finditer(text):
                self._add(f"\0{what}", found[1], text, found)

    def _add(self, name: str | None, version: str, text: str, found: re.Match[str]) -> None:
        if name and not _ELSEWHERE.search(text[max(0, found.start() - 60) : found.start()]) and not _BEHIND.match(text, found.end()):
            self._said.setdefault(name, {})[version.replace("-", "")] = None
            if more := _MORE.match(text, found.end()):
                self._said[name][more[1]] = None

    def tell(self, facts: Facts) -> None:
        """Note what was said; of several versions that only differ in length the longest is meant."""
        if facts.told("system") is None:
            for system in self.systems:
                platforms.note_system(system, facts, WORDS)
        for name, versions in self._said.items():
            longest = max(versions, key=len)
            one = longest if all(_starts(longest, version) for version in versions) else None
            if name.startswith("\0"):
                _component(name[1:], one, facts)
            else:
                facts.said(name, one, WORDS)
            if one is None:
                facts.unread.setdefault(name.strip("\0"), f"several versions are named: {', '.join(list(versions)[:4])}")
            facts.kinds.setdefault("free text", None)


def _starts(longer: str, shorter: str) -> bool:
    return longer == shorter or longer.startswith(shorter + ".")


def _component(name: str, version: str | None, facts: Facts) -> None:
    if name == "python":
        facts.tell("python", version, WORDS)
    elif name == "driver":
        facts.tell("nvidia", version, WORDS, "driver")
    else:
        facts.tell(name, version, WORDS, "library")


def fields(lines: Sequence[str], facts: Facts) -> Iterator[str]:
    """Read the fields of forms and lists among lines, note what they say, and give the lines that are none."""
    heading = ""
    for line in lines:
        bare = plain(line)
        if not bare:
            continue
        if _HEADING.match(line) and ":" not in bare.rstrip(":"):
            heading = bare.rstrip(":")
            yield bare if re.search(r"\d", bare) else ""
            continue
        found = _FIELD.match(bare) if _statements(bare) < 2 else None  # noqa: PLR2004 -- a field is about one thing.
        if found and found[2] and field(found[1], found[2], facts, PRINTED if _is_printed(line) else LOGS):
            heading = ""
            continue
        if heading and field(heading, bare, facts, LOGS):
            heading = ""
            continue
        heading = found[1] if found and not found[2] else bare if _may_head(bare) else ""
        yield bare


def _statements(text: str) -> int:
    """Count what a line tells versions of."""
    if not any(char.isdigit() for char in text):
        return 0
    names = {name_of(found[1]) for found in _TOLD.finditer(text)}
    both = {form for form in (_CUDA, _CUDNN) if form.search(text)}
    return len(names) + bool(_PYTHON.search(text)) + bool(both) + bool(names and _SYSTEM.search(text))


def _may_head(text: str) -> bool:
    """Tell whether a line can be the name of a field whose value stands below, as pages of issues are copied."""
    return len(text) < 60 and not re.search(r"\d", text)  # noqa: PLR2004 -- longer is a sentence.


def _is_printed(line: str) -> bool:
    return "**" not in line and "#" not in line


def field(key: str, value: str, facts: Facts, weight: int) -> bool:
    """Note what one field says; False where it is about nothing that matters."""
    name = re.sub(r"[(\[].*?[)\]]|['\"`]|\bversions?\b|\binstalled\b|\bmy\b|\bthe\b", " ", key.lower())
    name = re.sub(r"\s+", " ", name).strip(" -_.*")
    if value.strip().lower() in ("_no response_", "no response", "na", "n/a", "-", "?"):
        return False
    if known := name_of(name):
        return _distribution(known, value, facts, weight)
    if re.fullmatch(r"python(?: runtime| interpreter)?|py", name):
        return _python(value, facts, weight)
    return _machine(name, value, facts, weight)


def _distribution(name: str, value: str, facts: Facts, weight: int) -> bool:
    if not_installed(value):
        if re.match(r"\s*not installed", value, re.IGNORECASE):
            facts.missing(name, weight)
        return True
    versions = re.findall(rf"(?<![\w.]){_NUMBER}", value)
    if not versions and re.search(r"nightly", value, re.IGNORECASE):
        facts.said({"tensorflow": "tf-nightly", "keras": "keras-nightly"}.get(name, name), None, weight)
        return True
    found = [version.replace("-", "") for version in dict.fromkeys(versions)]
    if not found or len(value) > 120:  # noqa: PLR2004 -- no version field is a paragraph.
        return False
    longest = max(found, key=len)
    same = all(_starts(longest, version) or version[:4] == longest[:4] for version in found)
    for word in re.finditer(r"(?<![\w-])(tensorflow[-_](?:gpu|cpu|macos|rocm|intel)|tf-nightly)\b", value, re.IGNORECASE):
        name = name_of(word[1]) or name
    facts.said(name, found[-1] if same else None, weight)
    if not same:
        facts.unread.setdefault(name, f"several versions are named: {', '.join(found[:4])}")
    facts.kinds.setdefault("free text", None)
    return True


def _python(value: str, facts: Facts, weight: int) -> bool:
    versions = list(dict.fromkeys(re.findall(r"(?<![\w.])v?(3\.\d{1,2}(?:\.\d{1,2})?)(?![\w.]?\d)", value)))
    if not versions or len(value) > 300:  # noqa: PLR2004 -- sys.version with its compiler is shorter.
        return False
    if len(versions) == 1:
        facts.tell("python", versions[0], weight)
    if bits := re.search(r"\b(32|64)[- ]bit", value):
        facts.tell("bits", bits[1], weight)
    facts.kinds.setdefault("free text", None)
    return True


def _machine(name: str, value: str, facts: Facts, weight: int) -> bool:
    if re.search(r"\bcuda\b|\bcudnn\b", name):
        return _cuda(name, value, facts, weight)
    if re.search(r"\bdriver\b", name) and (found := re.search(r"\d{3}\.\d{2,3}(?:\.\d{2})?", value)):
        facts.tell("nvidia", found[0], weight, "driver")
        return True
    if re.fullmatch(r"(?:.*\b(?:os|platform|operating system|distribution|system)\b.*)", name) and len(value) < 200:  # noqa: PLR2004 -- the same.
        noted = platforms.note_system(value, facts, weight)
        if noted:
            facts.kinds.setdefault("free text", None)
        return noted
    if re.search(r"\bgpu\b|\bgraphics\b|\baccelerator\b", name):
        return gpus(value, facts)
    if name in ("machine", "architecture", "arch") and (found := re.search(r"\b(x86_64|amd64|aarch64|arm64)\b", value, re.IGNORECASE)):
        facts.tell("machine", found[1].lower(), weight)
        return True
    if name == "libc" and (found := re.search(r"glibc-?(\d\.\d+)", value)):
        facts.tell("libc", f"glibc {found[1]}", weight)
        return True
    return False


def _cuda(name: str, value: str, facts: Facts, weight: int) -> bool:
    """Read a field for CUDA, cuDNN or both: "12.3 / 8.9", "CUDA 11.8, cuDNN 8.6"."""
    if not_installed(value) or len(value) > 160:  # noqa: PLR2004 -- the same.
        return False
    cudnn = re.search(r"cudnn\D{0,12}?(\d{1,2}(?:\.\d{1,3}){0,3})|libcudnn\S*?\.so\.(\d{1,2}\.\d{1,2}\.\d{1,2})", value, re.IGNORECASE)
    numbers = re.findall(r"(?<![\w.])v?(\d{1,2}(?:\.\d{1,4}){1,3})(?![\w.]?\d)", value)
    both = "cuda" in name and "cudnn" in name
    if cudnn:
        facts.tell("cudnn", cudnn[1] or cudnn[2], weight, "library")
        numbers = [number for number in numbers if number != cudnn[1]]
    elif "cudnn" in name and numbers and (not both or len(numbers) > 1):
        facts.tell("cudnn", numbers[1] if both else numbers[0], weight, "library")
    if "cuda" in name and numbers and not name.startswith("is "):
        facts.tell("cuda", ".".join(numbers[0].split(".")[:2]), weight, "library")
    facts.kinds.setdefault("free text", None)
    return bool(cudnn or numbers)


def gpus(value: str, facts: Facts) -> bool:
    """Note the GPU that a field names, unless the devices are known already."""
    found = _GPU.search(value) or _AMD.search(value)
    if not found or facts.accelerators:
        return False
    amd = "Radeon" in found[0] or "Instinct" in found[0]
    memory = re.search(r"(\d{1,3}) ?(?:GB|GiB)\b", value)
    name = found[1] if amd or "NVIDIA" in found[1].upper() else f"NVIDIA {found[1]}"
    facts.device(Accelerator("amd" if amd else "nvidia", name, memory_mib=int(memory[1]) * 1024 if memory else None))
    return True
