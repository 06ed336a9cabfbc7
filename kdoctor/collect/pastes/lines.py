"""Lines as they were before somebody pasted them: without colours, quotes of mail, prompts' decoration, odd spaces and line ends."""

from __future__ import annotations

import re

_ANSI = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]{0,500}(?:\x07|\x1b\\)|[@-Z\\-_])|(?<=[\s^])\[(?:\d{1,3}(?:;\d{1,3})*)?[mK]")
_ODD = str.maketrans({
    "\xa0": " ",
    "\u2009": " ",
    "\u202f": " ",
    "\u3000": " ",
    "\u2018": "'",
    "\u2019": "'",
    "\u201c": '"',
    "\u201d": '"',
    "\u201e": '"',
    "\xab": '"',
    "\xbb": '"',
    "\u2013": "-",
    "\u2014": "--",
    "\u2212": "-",
    "\uff1a": ":",
    "\uff1d": "=",
    "\u2500": "-",
    "\u2501": "-",
    "\u2550": "=",
    "\u2502": "|",
    "\u2503": "|",
    "\u2551": "|",
    "\u200b": None,
    "\u200c": None,
    "\u200d": None,
    "\u200e": None,
    "\u200f": None,
    "\u2060": None,
    "\ufeff": None,
    "\u202a": None,
    "\u202c": None,
    "\xad": None,
    "\x00": None,
})  # fmt: skip
_QUOTE = re.compile(r"(?:>(?: |$)|\|(?: |$)(?=>))+")
#: What shells, consoles and notebooks print before a command.
_PROMPT = re.compile(
    r"\s*(?:\([\w./-]{1,40}\)\s*)?(?:\[?[\w.-]{1,40}@[\w.-]{1,60}[:\s][^$#%>]{0,120}\]?\s?[$#%]|(?:PS )?[A-Z]:\\[^>]{0,200}>"
    r"|[$%#](?= )|>>>(?= |$)|\.\.\.(?= )|In ?\[[\d *]*\]:|Out ?\[\d*\]:|[!%](?=[a-z])|~[^\s$]{0,80}\s?[$%])\s?"
)
_ENVIRONMENT = re.compile(r"\s*\([\w./-]{1,40}\)\s+(?=(?:pip|python|conda|uv)\b)")
_LONGEST = 4000


def lines_of(text: str) -> list[str]:
    """Give the lines of a text, cleaned; lines longer than any that matters are cut."""
    if "\x1b" in text or "[0m" in text:
        text = _ANSI.sub("", text)
    if not text.isascii() or "\x00" in text:
        text = text.translate(_ODD)
    return [_line(line) for line in text.split("\n")]


def _line(line: str) -> str:
    line = line[: _LONGEST * 4].rstrip("\r\n\t ")
    if "\r" in line:
        # A progress bar writes over itself; what was written last can be read.
        line = line.rpartition("\r")[2]
    if line[:1] == ">" and not line.startswith(">>>"):
        line = line[found.end() :] if (found := _QUOTE.match(line)) else line
    return line[:_LONGEST].replace("\t", " ")


def without_prompt(line: str) -> tuple[bool, str]:
    """Tell whether a line begins with a prompt, and give what stands behind it."""
    found = _PROMPT.match(line) or _ENVIRONMENT.match(line)
    return (True, line[found.end() :]) if found and found.end() else (False, line)


def plain(line: str) -> str:
    """Give a line without the marks of Markdown: bullets, headings, emphasis, code, bars of tables, HTML."""
    line = re.sub(r"<(?:/?[a-z][a-z0-9]{0,10})(?:\s[^<>]{0,100})?/?>", " ", line)
    line = re.sub(r"^\s*(?:[-*+\u2022]\s+(?:\[[ xX]\]\s+)?|#{1,6}\s+|\d{1,2}[.)]\s+)", "", line)
    return re.sub(r"[`*|]+|(?<!\w)_{1,2}(?=\w)|(?<=\w)_{1,2}(?!\w)", lambda found: " " if "|" in found[0] else "", line).strip()
