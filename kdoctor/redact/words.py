"""Short texts: versions, single words, kdoctor's own sentences, and lines of other people's logs."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from kdoctor.redact.vocabulary import SYSTEMS, VOCABULARY

if TYPE_CHECKING:
    from collections.abc import Collection

    from kdoctor.redact.places import Places

_VERSION = r"(?ai)v?\d{1,8}(?:\.\d{1,8}){0,6}(?:[-_.]?(?:a|b|c|rc|alpha|beta|pre|post|dev|rev|r)[-_.]?\d{0,10}){0,3}(?:\.\*)?"
#: Segments of local versions that builders use.
LOCAL = (
    r"(?:cpu|cu\d{1,3}|cuda\d{0,4}|cudnn\d{0,4}|rocm\d{0,2}|xpu|tpu|nv\d{0,4}|nvinternal|computecanada|pyd?|mkl|local|\d{1,8}|g?[0-9a-f]{7,12}|git[0-9a-f]{7,12}"
    r"|selfbuilt|avx\d?|linux|jetson|jp\d{1,3}|tensorflow|jax|pt\d{0,4}|d\d{8}|dirty|zzzcolab\d{0,14})"
)
_FLAG = r"(?a)[a-z][a-z0-9]{1,15}(?:_[a-z0-9]{1,15}){0,3}"
#: In a line of a log: addresses, URLs, quoted text, places, and long words that mix letters with digits, as keys do.
_URL, _ADDRESS = r"[A-Za-z][A-Za-z0-9+.-]{1,20}://\S+", r"[^\s@]+@[^\s@]+"
_PLACE = r"(?:(?<=[\s'\"(=:\[<,])|^)(?:~?/(?!/)|[A-Za-z]:[\\/]|\\\\)[^\s'\"<>|)\],;:]+(?: [^\s'\"<>|)\],;:]*[\\/][^\s'\"<>|)\],;:]+)*"
_KEY = r"(?<![A-Za-z0-9_])(?=[A-Za-z_-]*\d)(?=[\d_-]*[A-Za-z])[A-Za-z0-9_-]{20,}"


def version(text: str | None) -> str | None:
    """Give a version; a local part is kept where it is of a kind that builders use, else it is `+local`. Anything else is None."""
    if text is None:
        return None
    public, plus, local = text.strip().partition("+")
    if not re.fullmatch(_VERSION, public):
        return None
    known = all(re.fullmatch(LOCAL, part, re.ASCII | re.IGNORECASE) for part in re.split(r"[._-]", local)) if plus else True
    return public + (plus + (local if known else "local") if plus else "")


def libc(text: str | None) -> str | None:
    """Give the name and version of a C library."""
    name, _, number = (text or "").partition(" ")
    return f"{name} {number}".strip() if name in ("glibc", "musl") and (not number or version(number)) else None


def one_of(text: str | None, known: Collection[str], otherwise: str) -> str:
    """Give a text that is among the known ones, else another."""
    return text if text is not None and text in known else otherwise


def word(text: str | None) -> str | None:
    """Give the name of a system, a machine or a container that the field knows; any other is `other`."""
    return None if text is None else one_of(text, SYSTEMS, "other")


def is_word(text: str) -> bool:
    """Tell whether a text can be the name of a processor's feature."""
    return re.fullmatch(_FLAG, text) is not None


def is_known_phrase(text: str) -> bool:
    """Tell whether every word of a text is one of kdoctor's own."""
    return all(_is_own(part) for part in re.findall(r"[^\s-]+", text.replace("driver", "device")))


def sentence(text: str | None, places: Places | None = None) -> str | None:
    """Give one of kdoctor's own sentences; a path in it is redacted, a word that is not kdoctor's becomes `...`."""
    if text is None:
        return None
    return re.sub(r"(?:\.\.\. )+(?=\.\.\.)", "", " ".join(_told(part, places) for part in text.split()))


def _told(part: str, places: Places | None) -> str:
    if _is_own(part):
        return part
    bare = part.strip("(),;:'\"")
    if places is not None and bare[:1] in "/~" and "://" not in bare and "@" not in bare:
        return part.replace(bare, places.hidden(bare))
    return "..."


def _is_own(part: str) -> bool:
    bare = part.strip("(),;:.'\"").lower()
    return (
        bare in VOCABULARY
        or part in ("...", ".venv", "/dev/kfd", "/dev/dri/renderD*", "/dev/accel*", "/dev/vfio/*")
        or (bool(bare) and (re.fullmatch(_VERSION, bare) is not None))
    )


def quotable(text: str, places: Places) -> str:
    """Give a line of somebody's log without URLs, addresses, keys and private names in paths.

    It is the last resort for text of no known form; what a pattern matched is better told by the pattern's own groups.
    """
    text = re.sub(_URL, "URL", text)
    text = re.sub(_ADDRESS, "ADDRESS", text)
    text = re.sub(_PLACE, lambda found: places.hidden(found[0]), text)
    return re.sub(_KEY, "KEY", text)
