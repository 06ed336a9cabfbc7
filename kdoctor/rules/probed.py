"""What was foretold beside what a live probe saw: where they differ is a finding, and what happened decides."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import NamedTuple

from kdoctor import versions
from kdoctor.knowledge.catalogue import name_of
from kdoctor.knowledge.coupling import Coupling
from kdoctor.model import Distribution, Evidence, Explanation, Finding, Probe, ProbeStep, Severity, UsageResult
from kdoctor.rules.cuda import chosen, devices
from kdoctor.rules.usages import broken_components
from kdoctor.rules.wanted_devices import gpu_seen, serves

#: Usage -> the import names that it needs.
_NEEDS = {"keras": ("keras",), "tensorflow.keras": ("tensorflow",), "mixed": ("keras", "tensorflow")}
#: How each step of a probe is called in sentences.
_WORDS = {"keras": "import keras", "tensorflow.keras": "tensorflow.keras", "mixed": "keras with a callback of tf.keras"}
#: Import name -> the component that findings speak of.
_COMPONENTS = {"tf_keras": "tf-keras", "jax": "jax", "torch": "torch", "openvino": "openvino"}
_SOURCE = "the live probe"
_REPORT = "kdoctor snapshot --probe -o FILE writes down all that was seen; please send it to kdoctor's makers."
#: Rules that say that the GPU will be passed over: the contrary is seen where the framework lists it.
_UNSEEN = ("KD701", "KD702", "KD703", "KD707", "KD711", "KD712", "KD723", "KD725", "KD726", "KD731", "KD732")
#: Lines of what the patient printed that a finding quotes.
_QUOTED = 3


#: From a text to what is known of it, the likeliest cause first.
Explain = Callable[[str], tuple[Explanation, ...]]


class _Failure(NamedTuple):
    """Something that was foretold to work and does not."""

    words: str
    step: ProbeStep
    severity: Severity
    subjects: tuple[str, ...]


def compare(
    coupling: Coupling, findings: tuple[Finding, ...], foretold: Mapping[str, UsageResult], probe: Probe, explain: Explain
) -> tuple[tuple[Finding, ...], dict[str, UsageResult]]:
    """Give the findings and the usages after a probe: `works` says what happened, and each difference is a finding of its own.

    An error of which the probe saw the contrary becomes a warning. `explain` reads what was raised and printed.
    """
    usages = {usage: _happened(probe, usage, result) for usage, result in foretold.items()}
    worked = _worked(coupling, probe, usages)
    seen = gpu_seen(coupling, probe)
    kept = tuple(_lowered(finding) if _contradicted(finding, worked, seen=seen is True) else finding for finding in findings)
    told = [*_start(probe), *_failing(coupling, probe, findings, usages, explain), *_working(usages, foretold), *_others(coupling, probe)]
    told += _unseen(coupling, findings, seen=seen)
    told += _said(probe, explain, {one.rule for one in findings})
    because = {usage: tuple(one.rule for one in told if usage in one.breaks) for usage in usages}
    # A mixture is not tried where one of its halves fails; what fails there fails it.
    because["mixed"] = because["mixed"] or (*because["keras"], *because["tensorflow.keras"])
    usages = {usage: _explained(result, because[usage]) for usage, result in usages.items()}
    told = [one._replace(breaks=frozenset()) for one in told]
    return tuple(sorted((*told, *kept), key=lambda finding: -finding.severity)), usages


def _happened(probe: Probe, usage: str, result: UsageResult) -> UsageResult:
    """Give what happened to a usage; as it was foretold where the probe could not tell."""
    step = _step(probe, usage)
    if probe.found is None:
        installed = result.works is not False or result.because or result.resolves_to
        return result._replace(works=False, foretold=result.works, probed=True) if installed else result
    if not all(name in probe.found for name in _NEEDS[usage]):
        return result._replace(works=False, foretold=result.works, probed=True)
    if step is None or (step.outcome == "not run" and usage != "mixed"):
        return result
    return result._replace(
        works=step.outcome == "works",
        # Of a mixture two answer, and the step knows of one.
        resolves_to=result.resolves_to if usage == "mixed" else _answer(step, result),
        backend=step.backend or result.backend,
        probed=True,
        foretold=result.works,
    )


def _answer(step: ProbeStep, result: UsageResult) -> str | None:
    """Name who answered; the distribution that was foretold keeps its name where the module's release is its own."""
    if step.resolves_to is None or _same_release(step.resolves_to, result.resolves_to):
        return result.resolves_to or step.resolves_to
    return step.resolves_to


def _same_release(one: str | None, other: str | None) -> bool | None:
    """Tell whether two "name version" are of one release; None where one is unknown. Local labels and build numbers do not count."""
    first, second = (versions.base(text.rpartition(" ")[2]) if text else None for text in (one, other))
    if not first or not second:
        return None
    length = min(first.count("."), second.count("."), 2) + 1
    return first.split(".")[:length] == second.split(".")[:length]


def _explained(result: UsageResult, codes: tuple[str, ...]) -> UsageResult:
    if result.works is not False:
        return result._replace(because=())
    return result._replace(because=tuple(dict.fromkeys((*codes, *result.because))))


def _worked(coupling: Coupling, probe: Probe, usages: Mapping[str, UsageResult]) -> frozenset[str]:
    """Name the components that the probe saw at work."""
    seen = {_COMPONENTS[step.name] for step in probe.steps if step.outcome == "works" and step.name in _COMPONENTS}
    for usage, result in usages.items():
        if not (result.probed and result.works):
            continue
        seen |= {backend for backend in (result.backend,) if backend}
        seen |= {"keras"} if usage == "keras" else {"tensorflow", "tf.keras"}
        seen |= {"tf.keras.import"} if usage == "tensorflow.keras" else set()
        seen |= {"mixed", "tf.keras.attribute", "keras"} if usage == "mixed" else set()
        if usage == "tensorflow.keras":
            seen |= {"tf-keras"} if coupling.legacy and coupling.tf_keras else {"keras"}
    return frozenset(seen)


def _contradicted(finding: Finding, worked: frozenset[str], *, seen: bool) -> bool:
    if finding.severity is not Severity.ERROR:
        return False
    return (bool(finding.breaks) and finding.breaks <= worked) or (seen and finding.rule in _UNSEEN)


def _lowered(finding: Finding) -> Finding:
    return finding._replace(severity=Severity.WARNING, cause=f"{finding.cause} Yet the live probe saw it work.", breaks=frozenset())


def _unseen(coupling: Coupling, findings: tuple[Finding, ...], *, seen: bool | None) -> Iterator[Finding]:
    """Give a finding where a framework with code for the NVIDIA GPU that is here lists none, and no rule had foretold it."""
    framework = chosen(coupling)
    told = any(finding.rule.startswith("KD7") and finding.severity is Severity.ERROR for finding in findings)
    if seen is not False or framework is None or told or not devices(coupling) or "nvidia" not in (serves(coupling, framework) or ()):
        return
    yield Finding(
        rule="KD816",
        name=name_of("KD816"),
        severity=Severity.ERROR,
        summary=f"{framework} lists no GPU, though one is here and its build has code for it",
        cause="Everything runs on the CPU without a word. Nothing that is installed had foretold it: a library that cannot be loaded, the"
        " driver or how the container was started can be the cause; what was printed may say which.",
        subjects=("gpu", framework),
        evidence=(Evidence("the live probe asked the framework for its devices", _SOURCE),),
        advice=_REPORT,
    )


def _step(probe: Probe, name: str) -> ProbeStep | None:
    return next((step for step in probe.steps if step.name == name), None)


def _start(probe: Probe) -> Iterator[Finding]:
    """Give a finding where the interpreter itself does not come so far that anything could be imported."""
    step = _step(probe, "start")
    if step is None or step.outcome == "not run":
        return
    yield Finding(
        rule="KD814",
        name=name_of("KD814"),
        severity=Severity.ERROR,
        summary=f"the interpreter {_ended(step, probe)} before anything was imported",
        cause="What runs when Python starts is sitecustomize, usercustomize and the import lines of .pth files; -I -S passes them by.",
        subjects=("python",),
        evidence=tuple(_evidence(step)),
        breaks=frozenset(_NEEDS),
        advice="Look for sitecustomize.py, usercustomize.py and .pth files in the site-packages of this environment.",
    )


def _failing(
    coupling: Coupling, probe: Probe, findings: tuple[Finding, ...], usages: Mapping[str, UsageResult], explain: Explain
) -> Iterator[Finding]:
    """Give one finding for each reason for which something fails that was foretold to work."""
    grouped: dict[tuple[object, ...], list[_Failure]] = {}
    for failure in _failures(coupling, probe, findings, usages):
        step = failure.step
        reason = (step.cause or step.error or step.outcome, step.signal, step.where, failure.severity)
        grouped.setdefault(reason, []).append(failure)
    for group in grouped.values():
        yield _fault(group, probe, explain)


def _fault(group: list[_Failure], probe: Probe, explain: Explain) -> Finding:
    step = group[0].step
    known = next((one for one in _explained_lines(step, explain) if not one.harmless and one.confidence != "low"), None)
    return Finding(
        rule="KD811",
        name=name_of("KD811"),
        severity=group[0].severity,
        summary=f"foretold to work, but fails: {_joined(failure.words for failure in group)} {_ended(step, probe)}",
        cause=" ".join(part for part in (_cause(step), known.cause if known else "") if part),
        subjects=tuple(dict.fromkeys(subject for failure in group for subject in failure.subjects)),
        evidence=tuple(_evidence(step)),
        breaks=frozenset(failure.step.name for failure in group),
        advice=f"{known.remedy} {_REPORT}" if known else _REPORT,
    )


def _explained_lines(step: ProbeStep, explain: Explain) -> tuple[Explanation, ...]:
    return explain("\n".join((*step.lines, *(text for text in (step.error, step.cause) if text))))


def _said(probe: Probe, explain: Explain, spoken: set[str]) -> Iterator[Finding]:
    """Give a note for what a step that went well printed and that means something, where no rule has spoken of it."""
    told: set[str] = set()
    for step in probe.steps:
        for one in _explained_lines(step, explain) if step.outcome == "works" else ():
            if one.harmless or one.confidence == "low" or one.rule in spoken or one.cause in told:
                continue
            told.add(one.cause)
            yield Finding(
                rule="KD815",
                name=name_of("KD815"),
                severity=Severity.NOTE,
                summary=f"{_WORDS.get(step.name, f'import {step.name}')} works, and said: {one.matched}",
                cause=one.cause,
                subjects=(one.topic,),
                evidence=(Evidence(one.matched, f"printed during {step.name}"),),
                advice=one.remedy or None,
            )


def _failures(coupling: Coupling, probe: Probe, findings: tuple[Finding, ...], usages: Mapping[str, UsageResult]) -> Iterator[_Failure]:
    if probe.found is None:
        return
    for usage, result in usages.items():
        if not (result.probed and result.works is False and result.foretold):
            continue
        step = _step(probe, usage)
        if step is None:
            missing = next(name for name in _NEEDS[usage] if name not in probe.found)
            step = ProbeStep(usage, "exception", "start", error=f"ModuleNotFoundError: No module named '{missing}'")
        if step.outcome != "not run":
            yield _Failure(_WORDS[usage], step, Severity.ERROR, _who(coupling, usage))
    broken = broken_components(findings)
    for step in probe.steps:
        component = _COMPONENTS.get(step.name)
        if component and step.outcome not in ("works", "not run") and component not in broken:
            yield _Failure(f"import {step.name}", step, Severity.WARNING, (component,))


def _who(coupling: Coupling, usage: str) -> tuple[str, ...]:
    answering: dict[str, Distribution | None] = {"keras": coupling.keras, "tensorflow": coupling.tensorflow}
    found = (answering[name] for name in ("keras", "tensorflow") if name in _NEEDS[usage])
    return tuple(one.name for one in found if one) or (_NEEDS[usage][0],)


def _working(usages: Mapping[str, UsageResult], foretold: Mapping[str, UsageResult]) -> Iterator[Finding]:
    """Give a finding where what was foretold to fail works."""
    names = [usage for usage, result in usages.items() if result.probed and result.works and result.foretold is False]
    if names:
        codes = tuple(dict.fromkeys(code for name in names for code in foretold[name].because))
        yield Finding(
            rule="KD812",
            name=name_of("KD812"),
            severity=Severity.WARNING,
            summary=f"foretold to fail, but works: {_joined([_WORDS[name] for name in names])}",
            cause=f"A model of ten units was built, trained and evaluated, against what {_joined(codes) or 'kdoctor'} says."
            " Other parts may still fail.",
            subjects=("keras",),
            evidence=(Evidence("all stages ended well", _SOURCE),),
            advice=_REPORT,
        )


def _others(coupling: Coupling, probe: Probe) -> Iterator[Finding]:
    """Give a finding for each import name that another release answers for than the one whose metadata is installed."""
    expected = {"tensorflow": coupling.tensorflow, "keras": coupling.keras, "tf_keras": coupling.tf_keras}
    expected |= {name: coupling.present.get(name) for name in ("jax", "torch", "openvino")}
    answered = {name: version for step in probe.steps for name, version in step.versions.items()}
    for name, version in answered.items():
        distribution = expected.get(name)
        if distribution and _same_release(version, distribution.version) is False:
            yield Finding(
                rule="KD813",
                name=name_of("KD813"),
                severity=Severity.WARNING,
                summary=f"import {name} gives release {version}, though {distribution.name} {distribution.version} is installed",
                cause="Another copy stands before it on the path, or its files are of another release than its metadata: all that is"
                " said here of its versions is said of the one installed.",
                subjects=(distribution.name,),
                evidence=(Evidence(f"{name}.__version__ is {version}", _SOURCE),),
                advice=f'python -c "import {name}; print({name}.__file__)" shows whose files they are.',
            )


def _ended(step: ProbeStep, probe: Probe) -> str:
    """Say how a step ended, as it stands in sentences."""
    at = "" if step.stage in ("import", "start") else f" at {step.stage}"
    if step.outcome == "exception":
        return f"raises {step.cause or step.error}{at}".partition("\n")[0]
    if step.outcome == "signal":
        return f"dies of {step.signal}{' for want of memory' if step.out_of_memory else ''}{at}"
    if step.outcome == "time out":
        return f"does not end within {probe.seconds} s{at}"
    return f"ends the process with code {step.code}{at}"


def _cause(step: ProbeStep) -> str:
    where = f" In {step.where}." if step.where else ""
    said = f"It came out as {step.error.partition(chr(10))[0]}." if step.cause and step.error else ""
    took = f"It happened after {step.milliseconds / 1000:.1f} s, in the stage {step.stage}."
    if step.outcome == "time out":
        where += " A slow machine may need more time: --probe-timeout."
    return " ".join(part for part in (said, took + where, _HINTS.get(step.signal or "", "")) if part)


#: What a signal usually means here.
_HINTS = {
    "SIGILL": "The processor lacks an instruction that the wheel was built with.",
    "SIGKILL": "Where nobody sends it by hand, the kernel does when memory runs out, a container's limit among it.",
    "SIGSEGV": "Native code crashed; no Python program can catch that.",
    "SIGABRT": "Native code gave up; the last lines printed say why.",
}


def _evidence(step: ProbeStep) -> Iterator[Evidence]:
    yield from (Evidence(line, f"printed during {step.name}") for line in step.lines[-_QUOTED:])
    if not step.lines:
        yield Evidence(f"{step.name}: {step.outcome}", _SOURCE)


def _joined(names: Iterable[str]) -> str:
    words = list(names)
    return " and ".join(([", ".join(words[:-1])] if len(words) > 1 else []) + words[-1:])
