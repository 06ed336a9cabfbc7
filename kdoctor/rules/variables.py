"""Environment variables that break what is installed."""

from __future__ import annotations

from collections.abc import Iterator

from kdoctor.knowledge.catalogue import name_of
from kdoctor.knowledge.conditions import holds
from kdoctor.knowledge.coupling import Coupling
from kdoctor.model import Evidence, Finding, Severity, Way
from kdoctor.rules.rows import label


def distutils_of_python(coupling: Coupling) -> Iterator[Finding]:
    """Give a finding where setuptools is told not to supply the distutils that TensorFlow imports and Python no longer has."""
    variable = "SETUPTOOLS_USE_DISTUTILS"
    conditions = ("tensorflow>=2.16,<2.19", "python>=3.12", f"{variable}=stdlib", "setuptools")
    tensorflow = coupling.tensorflow
    if tensorflow is None or not all(holds(condition, coupling) for condition in conditions):
        return
    yield Finding(
        rule="KD505",
        name=name_of("KD505"),
        severity=Severity.ERROR,
        summary=f"{variable}=stdlib keeps setuptools from supplying the distutils that {label(tensorflow)} imports",
        cause="Python has no distutils of its own from 3.12 on.",
        subjects=(variable, tensorflow.name, "setuptools", "python"),
        evidence=(Evidence("No module named 'distutils'", "measured: TensorFlow 2.18 on Python 3.12 with setuptools"),),
        breaks=frozenset({"tensorflow"}),
        ways=(Way("drop-variable", "let setuptools supply distutils", environment={variable: None}),),
    )
