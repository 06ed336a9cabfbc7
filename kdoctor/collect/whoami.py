"""What an interpreter says of itself, as one line of JSON; no other part of kdoctor runs inside the patient.

It is run as `PYTHON -I -S whoami.py` and read by `kdoctor.collect.patient`. Under these flags neither .pth files nor
sitecustomize run, and importing `site` only defines functions. It keeps to what Python 3.6 and PyPy understand.
"""

import os
import sys

#: Tells the answer from whatever else an interpreter prints when it starts.
MARK = '{"whoami": '


def describe() -> "dict[str, object]":
    """Return the facts on the running interpreter as values that JSON can hold.

    Nothing depends on how the process was started (flags, PYTHONPATH, the script's folder), so a child under -I -S and a
    running kdoctor give the same answer on the same interpreter.
    """
    config, venv = _find_venv(sys.executable)
    answer = {
        "version": _version(),
        "implementation": sys.implementation.name,
        "executable": sys.executable,
        "prefix": venv or sys.prefix,
        "base_prefix": getattr(sys, "real_prefix", None) or sys.base_prefix,
        "platform": sys.platform,
        "machine": _machine(),
        "bits": 64 if sys.maxsize > 2**32 else 32,
        # The letter stands in abiflags on POSIX; on Windows only the version text names the build.
        "free_threaded": "t" in getattr(sys, "abiflags", "") or "free-threading build" in sys.version,
        "privileged": _is_privileged(),
        "venv_config": config,
        "stdlib": _stdlib(),
    }
    answer.update(_sites(venv))
    return answer


def _version() -> str:
    info = sys.version_info
    stage = {"alpha": "a", "beta": "b", "candidate": "rc"}.get(info[3])
    return "%d.%d.%d" % info[:3] + ("%s%d" % (stage, info[4]) if stage else "")


def _machine() -> "str | None":
    if hasattr(os, "uname"):
        return os.uname()[4]
    return os.environ.get("PROCESSOR_ARCHITEW6432") or os.environ.get("PROCESSOR_ARCHITECTURE")


def _is_privileged() -> bool:
    # As site.check_enableusersite: no user folder for a process that runs with the rights of another.
    pairs = (("getuid", "geteuid"), ("getgid", "getegid"))
    return any(hasattr(os, real) and getattr(os, real)() != getattr(os, effective)() for real, effective in pairs)


def _find_venv(executable: str) -> "tuple[str | None, str | None]":
    """Find pyvenv.cfg and the prefix as site.venv() does: under -S only Python 3.14 has done so itself."""
    if not executable:
        return None, None
    folder = os.path.dirname(os.path.abspath(executable))
    prefix = os.path.dirname(folder)
    for place in (folder, prefix):
        config = os.path.join(place, "pyvenv.cfg")
        if os.path.isfile(config):
            return config, prefix
    return None, None


def _stdlib() -> "list[str]":
    """List the standard library's entries of sys.path, without what the start of this process put around them."""
    home = os.path.dirname(os.path.abspath(os.__file__))
    wanted = (home, os.path.join(home, "lib-dynload"))
    zipped = "python%d%d.zip" % sys.version_info[:2]
    return [entry for entry in sys.path if entry in wanted or os.path.basename(entry) == zipped]


def _sites(venv: "str | None") -> "dict[str, object]":
    """Compute the site folders of the virtual environment, of the base and of the user with the patient's own site module."""
    home = os.path.dirname(os.path.abspath(os.__file__))
    if os.path.exists(os.path.join(home, "orig-prefix.txt")):
        return _old_virtualenv(home)

    import site  # noqa: PLC0415 - In an old virtualenv this import runs things.

    prefix = sys.prefix
    bases = [sys.base_prefix, sys.base_exec_prefix] if venv else [sys.prefix, sys.exec_prefix]
    try:
        # Debian's getsitepackages asks whether prefix and base_prefix differ.
        sys.prefix = venv or prefix
        sites = site.getsitepackages([venv]) if venv else []
        base_sites = site.getsitepackages(bases)
        user_site = site.getusersitepackages()
    finally:
        sys.prefix = prefix
    return {"sites": sites, "base_sites": base_sites, "user_site": user_site}


def _old_virtualenv(home: str) -> "dict[str, object]":
    """List the folders of an environment made by virtualenv before version 20."""
    with open(os.path.join(home, "orig-prefix.txt")) as file:
        original = file.read().strip()
    alone = os.path.exists(os.path.join(home, "no-global-site-packages.txt"))
    base = os.path.join(original, "lib", os.path.basename(home), "site-packages")
    return {"sites": [os.path.join(home, "site-packages")], "base_sites": [] if alone else [base], "user_site": None}


def _as_json(value: "object") -> str:
    """Write what describe() returns; importing the json module would double the time that the child takes."""
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    if isinstance(value, dict):
        return "{" + ", ".join(_as_json(key) + ": " + _as_json(entry) for key, entry in value.items()) + "}"
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(map(_as_json, value)) + "]"
    if isinstance(value, int):
        return str(value)
    units = str(value).encode("utf-16-be", "surrogatepass")
    return '"' + "".join("\\u%02x%02x" % pair for pair in zip(units[::2], units[1::2])) + '"'  # noqa: B905 - Python 3.10 and newer alone know strict.


if __name__ == "__main__":
    print(MARK + _as_json(describe()) + "}")
