"""What NVIDIA's tools, shells and compilers print of a machine."""

from __future__ import annotations

import re
from collections.abc import Sequence

from kdoctor.collect.pastes.facts import PRINTED, Facts
from kdoctor.collect.pastes.lines import without_prompt
from kdoctor.model import Accelerator

_SMI = re.compile(r"\|?\s*NVIDIA-SMI\s+([\d.]+|N/A).{0,80}?(?:Driver Version|KMD Version|UMD Version)\s*:\s*(\d[\d.]*)")
_FAILED = re.compile(r"\s*(?:NVIDIA-SMI has failed because|Failed to initialize NVML|No devices were found)", re.IGNORECASE)
_GPU = re.compile(r"\|\s+\d{1,2}\s+(?:N/A\s+)?([A-Z][\w .()/+-]{1,60}?)\s+(?:On|Off|N/A|WDDM|TCC|MCDM)\s*\|")
#: A name that the table has no room for ends in dots.
_CUT_GPU = re.compile(r"\|\s+\d{1,2}\s+([A-Z][\w .()/+-]{1,60}?\.{2,3})\s+(?:On|Off|N/A|WDDM|TCC|MCDM)?\s*\|")
_MEMORY = re.compile(r"/\s*(\d{3,7})\s*MiB")
_LISTED = re.compile(r"\s*GPU \d{1,2}: ([A-Z][\w .()/+-]{1,60}?)\s*(?:\(UUID: .*\))?\s*$")
_CSV_HEAD = re.compile(
    r"\s*(?:index|name|gpu_name|uuid|driver_version|memory\.total[^,]*|compute_cap|count|pci\.bus_id)(?:\s*,\s*[\w. \[\]]+)*\s*$"
)
_NVCC = re.compile(r"\s*Cuda compilation tools, release (\d{1,2}\.\d{1,2})")
_UNAME = re.compile(r"\s*(Linux|Darwin|MINGW\S*|CYGWIN\S*) \S+ (\S+) .*\b(x86_64|aarch64|arm64|amd64|i686|ppc64le|armv7l)\b")
_RELEASE = re.compile(r"\s*(PRETTY_NAME|ID|VERSION_ID|Distributor ID|ProductName|ProductVersion)\s*[=:]\s*\"?([^\"]{1,60})\"?\s*$")
_CUDNN_HEADER = re.compile(r"\s*#define CUDNN_(MAJOR|MINOR|PATCHLEVEL) (\d{1,3})\s*$")
_CUDNN_FILE = re.compile(r"libcudnn\.so\.(\d{1,2}\.\d{1,2}\.\d{1,2})|libcudnn8?[ _/-]+(\d\.\d{1,2}\.\d{1,2})")
_CUDART_FILE = re.compile(r"libcudart\.so\.(\d{1,2}\.\d{1,3})(?:\.\d{1,4})?\s*$")
_FLAGS = re.compile(r"\s*(?:Flags|flags|CPU flags)\s*:\s*((?:[a-z0-9_]{2,20} ){8,}[a-z0-9_]{2,20})\s*$")
_BANNER = re.compile(
    r"\s*(?:Python|PyPy) (\d\.\d{1,2}\.\d{1,2}\S{0,6})(?: ?\| ?[\w.-]+ ?\|)?(?: \(.{0,80}\))?\s*(?:\[([^\]]{1,60})\])?"
    r"(?: :: [\w, .]{1,40})?(?: on (\w+))?\s*$"
)
_GLIBC = re.compile(r"\s*ldd \((?:Ubuntu |Debian |GNU )?[^)]{0,60}\) (\d\.\d{1,2})\s*$")
_SYSTEMS = {"linux": "linux", "win32": "windows", "darwin": "darwin"}


def nvidia_smi(lines: Sequence[str], at: int, facts: Facts) -> int:
    """Read nvidia-smi: its table, its list (-L), or that it failed."""
    line = lines[at]
    if _FAILED.match(line):
        facts.unread["nvidia"] = "the driver was not reached" if "No devices" not in line else "no devices were found"
        if "No devices" in line:
            facts.no_device()
        facts.kinds.setdefault("nvidia-smi", None)
        return 1
    if found := _SMI.match(line):
        facts.tell("nvidia", found[2].rstrip("."), PRINTED, "driver")
        facts.kinds.setdefault("nvidia-smi", None)
        return _table(lines, at + 1, facts) - at
    if found := _LISTED.match(line):
        facts.device(Accelerator("nvidia", found[1]))
        facts.kinds.setdefault("nvidia-smi", None)
        return 1
    return 0


def _table(lines: Sequence[str], place: int, facts: Facts) -> int:
    """Read the rows of the table, a device in two or three lines each, and give where it ends."""
    devices: list[Accelerator] = []
    while place < len(lines) and (lines[place].strip().startswith(("|", "+", "=")) or not lines[place].strip()):
        line = lines[place]
        if "Processes" in line:
            break
        if found := (_GPU.match(line) or _CUT_GPU.match(line)):
            name = found[1].rstrip(". ")
            devices.append(Accelerator("nvidia", name if "NVIDIA" in name or name.startswith(_PLAIN_NAMES) else f"NVIDIA {name}"))
        elif devices and devices[-1].memory_mib is None and (memory := _MEMORY.search(line)):
            devices[-1] = devices[-1]._replace(memory_mib=int(memory[1]))
        elif not line.strip() and devices:
            break
        place += 1
    facts.accelerators = devices or facts.accelerators
    return place


#: Names that stand in older drivers without the maker's.
_PLAIN_NAMES = ("Tesla", "GeForce", "Quadro", "TITAN", "GRID", "A100", "V100", "Graphics")


def nvidia_csv(lines: Sequence[str], at: int, facts: Facts) -> int:
    """Read nvidia-smi --query-gpu=... --format=csv: a line of names, and a line for each device."""
    if "," not in lines[at] and lines[at].strip() != "name":
        return 0
    head = _CSV_HEAD.match(lines[at])
    keys = [part.strip().split(" ")[0] for part in lines[at].split(",")] if head else []
    if "name" not in keys and "gpu_name" not in keys:
        return 0
    place = at + 1
    while place < len(lines) and lines[place].count(",") == len(keys) - 1 and lines[place].strip():
        _csv_row(dict(zip(keys, (part.strip() for part in lines[place].split(",")), strict=True)), facts)
        place += 1
    facts.kinds.setdefault("nvidia-smi", None)
    return place - at


def _csv_row(row: dict[str, str], facts: Facts) -> None:
    memory = re.match(r"(\d{2,8})(?: MiB)?$", row.get("memory.total", ""))
    capability = re.match(r"\d{1,2}\.\d$", row.get("compute_cap", ""))
    name = row.get("name") or row.get("gpu_name")
    facts.device(Accelerator("nvidia", name, capability[0] if capability else None, int(memory[1]) if memory else None))
    facts.tell("nvidia", row.get("driver_version"), PRINTED, "driver")


def tools(lines: Sequence[str], at: int, facts: Facts) -> int:
    """Read a line of nvcc, uname, /etc/os-release, cudnn_version.h, lscpu, ldd or the banner of Python."""
    line = lines[at]
    told = _cuda(line, facts) or _system(line, facts) or _python(line, facts)
    return 1 if told else 0


def _cuda(line: str, facts: Facts) -> bool:
    if found := _NVCC.match(line):
        facts.tell("cuda", found[1], PRINTED, "library")
        facts.kinds.setdefault("nvcc", None)
        return True
    if found := _CUDNN_HEADER.match(line):
        parts = [part for part in (facts.told("cudnn", "library"), found[2]) if part]
        facts.tell("cudnn", ".".join(parts) if found[1] != "MAJOR" else found[2], PRINTED, "library")
        return True
    if found := _CUDNN_FILE.search(line):
        facts.tell("cudnn", found[1] or found[2], PRINTED, "library")
        return True
    if found := _CUDART_FILE.search(line):
        facts.tell("cuda", found[1], PRINTED, "library")
        return True
    return False


def _system(line: str, facts: Facts) -> bool:
    if found := _UNAME.match(line):
        system = {"Linux": "linux", "Darwin": "darwin"}.get(found[1], "windows")
        facts.tell("system", system, PRINTED)
        facts.tell("machine", found[3], PRINTED)
        if "microsoft" in found[2].lower():
            facts.tell("wsl", "yes", PRINTED)
        return True
    if found := _RELEASE.match(line):
        facts.tell("system", "darwin" if found[1].startswith("Product") else "linux", PRINTED)
        return True
    if found := _GLIBC.match(line):
        facts.tell("libc", f"glibc {found[1]}", PRINTED)
        return True
    if found := _FLAGS.match(line):
        facts.cpu_flags = frozenset(found[1].split())
        return True
    return False


def _python(line: str, facts: Facts) -> bool:
    """Read the banner of Python, and what --version prints."""
    bare = without_prompt(line)[1]
    found = _BANNER.match(bare)
    if not found:
        return False
    facts.tell("python", found[1].rstrip(":,;"), PRINTED)
    facts.tell("system", _SYSTEMS.get(found[3] or ""), PRINTED)
    if found[2] and (bits := re.search(r"\b(32|64) bit", found[2])):
        facts.tell("bits", bits[1], PRINTED)
        facts.tell("machine", "amd64" if "AMD64" in found[2] else None, PRINTED)
    return True
