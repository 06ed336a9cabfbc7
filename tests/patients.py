"""A small virtual environment in which jaxlib is newer than jax, and what is typed to mend it: no network is needed."""

from __future__ import annotations

import base64
import hashlib
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

ROOT = Path(__file__).parents[1]
#: jax refuses a jaxlib that is newer than itself.
BROKEN = ("keras==3.12.0", "jax==0.6.1", "jaxlib==0.6.2", "numpy==2.2.6", "ml_dtypes==0.5.1", "scipy==1.15.3")
WHEELS = (*BROKEN, "jaxlib==0.6.1", "jax==0.6.2")


def digest(text: str) -> str:
    """Give the hash of a file as RECORD has it."""
    return "sha256=" + base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).rstrip(b"=").decode()


def wheel(folder: Path, name: str, version: str, more: dict[str, str] | None = None) -> Path:
    """Make a wheel with two modules of which one tells the version, a command and a data file, as small as pip takes it."""
    info, data = f"{name}-{version}.dist-info", f"{name}-{version}.data"
    files = {
        f"{name}/__init__.py": "",
        f"{name}/of_{version.replace('.', '_')}.py": f"version = {version!r}\n",
        f"{data}/scripts/{name}-tool": f"#!python\nprint({version!r})\n",
        f"{data}/data/share/{name}/{version}.txt": version,
        f"{info}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n",
        f"{info}/WHEEL": "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        **(more or {}),
    }
    rows = [f"{path},{digest(text)},{len(text)}" for path, text in files.items()]
    files[f"{info}/RECORD"] = "\n".join([*rows, f"{info}/RECORD,,"]) + "\n"
    made = folder / f"{name}-{version}-py3-none-any.whl"
    with zipfile.ZipFile(made, "w") as archive:
        for path, text in files.items():
            archive.writestr(path, text)
    return made


class Patient:
    """The environment, with the wheels that its installer finds."""

    def __init__(self, folder: Path, *, with_pip: bool = True) -> None:
        self.prefix, self.wheels = folder / "env", folder / "wheels"
        self.wheels.mkdir()
        for pin in WHEELS:
            wheel(self.wheels, *pin.split("=="))
        subprocess.run([sys.executable, "-m", "venv", *(() if with_pip else ("--without-pip",)), self.prefix], check=True)
        self.python = self.prefix / ("Scripts" if os.name == "nt" else "bin") / "python"
        self.site = next(self.prefix.glob("lib/python*/site-packages"))
        self.pip("install", "--quiet", "--no-deps", *BROKEN)
        self.before = self.freeze()
        self.pristine = folder / "pristine"
        shutil.copytree(self.prefix, self.pristine, symlinks=True)

    def pip(self, *arguments: str) -> str:
        command = [sys.executable, "-m", "pip", "--python", self.python, "--disable-pip-version-check", *arguments]
        return subprocess.run(command, env=self.variables(), capture_output=True, text=True, check=True).stdout

    def variables(self, **more: str) -> dict[str, str]:
        kept = {key: value for key, value in os.environ.items() if not key.startswith(("PIP_", "UV_", "KERAS_", "TF_", "JAX_", "PYTHON"))}
        return {
            **kept,
            "PIP_NO_INDEX": "1",
            "PIP_FIND_LINKS": str(self.wheels),
            "KERAS_BACKEND": "jax",
            "PIP_CONFIG_FILE": os.devnull,
            **more,
        }

    def broken(self) -> list[str]:
        """Bring the environment into its sick state; give its freeze."""
        shutil.rmtree(self.prefix)
        shutil.copytree(self.pristine, self.prefix, symlinks=True)
        return self.before

    def freeze(self) -> list[str]:
        return self.pip("freeze").splitlines()

    def tree(self) -> dict[str, bytes | str]:
        """Give every file of the environment with its content, links with their goal, but for what Python compiles and kdoctor keeps."""
        found: dict[str, bytes | str] = {}
        for folder, folders, files in os.walk(self.prefix):
            folders[:] = [name for name in folders if name != "__pycache__" and not name.startswith("kdoctor")]
            for name in files:
                path = Path(folder) / name
                if not name.startswith("kdoctor"):
                    found[str(path.relative_to(self.prefix))] = os.readlink(path) if path.is_symlink() else path.read_bytes()
        return found

    def run(self, *arguments: str, start: tuple[str, ...] = ("-m", "kdoctor"), variables: dict[str, str] | None = None, **options):
        """Run `kdoctor fix` on it, as it was typed; `start` is how Python is told to run kdoctor."""
        command = [sys.executable, *start, "fix", "--python", str(self.python), *arguments]
        return subprocess.run(
            command,
            env=self.variables(**(variables or {})),
            cwd=ROOT,
            text=True,
            stdin=subprocess.DEVNULL,
            check=False,
            **{"capture_output": True, **options},
        )

    def fix(self, *arguments: str, code: int, **variables: str) -> str:
        """The same, with the exit code that is expected; give what was said."""
        done = self.run(*arguments, variables=variables)
        assert done.returncode == code, done.stdout + done.stderr
        return done.stdout + done.stderr

    @property
    def files(self) -> set[str]:
        """The names of what kdoctor left in the environment."""
        return {path.name.partition("kept-")[0] for path in self.prefix.iterdir() if path.name.startswith("kdoctor")}
