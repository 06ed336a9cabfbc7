"""A stand-in for pip, put into an environment as its `pip`: it installs wheels from a folder and removes them, and nothing else.

With KDOCTOR_TEST_STOP=N: it kills kdoctor, its parent, before its N-th change of a file, and itself; with N:FILE kdoctor alone, and
goes on once there is that file. With N = 0 it only tells how many changes it made.
"""

import csv
import os
import shutil
import signal
import sys
import time
import zipfile
from pathlib import Path

SITE = Path(__file__).parents[1]
BIN = Path(sys.executable).parent
stop, _, until = os.environ.get("KDOCTOR_TEST_STOP", "-1:").partition(":")
changes = 0


def change():
    global changes  # noqa: PLW0603 - a counter for the whole run.
    changes += 1
    if changes == int(stop):
        os.kill(os.getppid(), signal.SIGKILL)
        if not until:
            os.kill(os.getpid(), signal.SIGKILL)
        while not Path(until).exists():
            time.sleep(0.05)


def put(target, content):
    change()
    target.parent.mkdir(parents=True, exist_ok=True)
    if target.exists():
        target.unlink()
    target.write_bytes(content)


def uninstall(name):
    for info in SITE.glob(name.replace("-", "_") + "-*.dist-info"):
        with (info / "RECORD").open(newline="") as file:
            rows = [row[0] for row in csv.reader(file)]
        for row in rows:
            change()
            (SITE / row).unlink(missing_ok=True)
        change()
        shutil.rmtree(info)


def install(pin):
    name, _, version = pin.partition("==")
    file = Path(os.environ["PIP_FIND_LINKS"]) / "{}-{}-py3-none-any.whl".format(name.replace("-", "_"), version)
    with zipfile.ZipFile(file) as archive:
        record = []
        uninstall(name)
        for entry in archive.namelist():
            is_script = ".data/scripts/" in entry
            target = BIN / entry.rpartition("/")[2] if is_script else SITE / entry
            if ".data/data/" not in entry and not entry.endswith("/RECORD"):
                put(target, archive.read(entry))
                record.append(os.path.relpath(target, SITE))
        info = "{}-{}.dist-info/RECORD".format(name.replace("-", "_"), version)
        put(SITE / info, "".join(f"{row},,\n" for row in [*record, info]).encode())


verb, *words = [word for word in sys.argv[1:] if word not in ("--disable-pip-version-check", "--no-input")]
for word in words:
    if not word.startswith("-"):
        {"install": install, "uninstall": uninstall}[verb](word)
if stop == "0":
    print(f"the stand-in made {changes} changes", file=sys.stderr)
