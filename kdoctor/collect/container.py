"""Whether a machine is a container, and of which kind."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kdoctor.collect.tree import Tree

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_FILES = {
    "/.singularity.d": "apptainer",
    "/var/run/secrets/kubernetes.io": "kubernetes",
    "/run/.containerenv": "podman",
    "/.dockerenv": "docker",
}

#: What container managers call themselves in the variable `container` of their first process.
_WORDS = {
    "docker": "docker",
    "podman": "podman",
    "lxc": "lxc",
    "lxc-libvirt": "lxc",
    "kubernetes": "kubernetes",
    "apptainer": "apptainer",
    "singularity": "apptainer",
}

#: Words in the first process's control group and in the origin of the root file system.
_CGROUPS = {
    "kubepods": "kubernetes",
    "libpod": "podman",
    "containers/storage": "podman",
    "docker": "docker",
    "/lxc": "lxc",
    "lxcfs": "lxc",
    "containerd": "container",
}


def read_container(root: str, environ: Mapping[str, str]) -> str | None:
    """Name the kind: docker, podman, kubernetes, lxc, apptainer, or container for others; None where nothing shows one."""
    return next(_container_signs(Tree(root), environ), None)


def _container_signs(tree: Tree, environ: Mapping[str, str]) -> Iterator[str]:
    """Yield what shows a container, the most telling first: pods run in containers of docker's or podman's making."""
    if environ.get("APPTAINER_CONTAINER") or environ.get("SINGULARITY_CONTAINER"):
        yield "apptainer"
    if environ.get("KUBERNETES_SERVICE_HOST"):
        yield "kubernetes"
    for path, name in _FILES.items():
        if _is_there(tree, path):
            yield name
    for word in (environ.get("container", ""), _text(tree, "/run/systemd/container").strip()):
        if word:
            yield _WORDS.get(word, "container")
    yield from _cgroup_signs(_text(tree, "/proc/1/cgroup") + _root_mount(_text(tree, "/proc/self/mountinfo")))


def _cgroup_signs(text: str) -> Iterator[str]:
    for word, name in _CGROUPS.items():
        if word in text:
            yield name


def _root_mount(mountinfo: str) -> str:
    """Return the line of the root file system: a host of containers lists their mounts too, so no other line counts."""
    return next((line for line in mountinfo.splitlines() if line.split(" ")[4:5] == ["/"]), "")


def _text(tree: Tree, path: str) -> str:
    """Return the text of a file; what is closed to us is no sign."""
    try:
        return tree.text(path) or ""
    except OSError:
        return ""


def _is_there(tree: Tree, path: str) -> bool:
    try:
        return tree.exists(path)
    except OSError:
        return False
