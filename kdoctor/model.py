"""The frozen records that pass between the parts of kdoctor.

Everything between collection and rendering is a function of these values. `None` means that nobody could tell; an empty
tuple or mapping means that somebody looked and there is none.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import IntEnum
from typing import Any, NamedTuple

#: How a program gets at Keras: `import keras`, `tf.keras`, or a `keras` model given objects of `tf.keras`.
USAGES = ("keras", "tensorflow.keras", "mixed")

_EMPTY: Mapping[str, Any] = {}


class Severity(IntEnum):
    """How bad a finding is; the names are those of SARIF."""

    NOTE = 1
    WARNING = 2
    ERROR = 3

    @property
    def label(self) -> str:
        """The word for it in reports: note, warning or error."""
        return self.name.lower()


class Python(NamedTuple):
    """The patient's interpreter, as it describes itself."""

    version: str | None
    implementation: str = "cpython"
    executable: str | None = None
    prefix: str | None = None
    #: True for a build without the global interpreter lock (`cp313t` wheels).
    free_threaded: bool | None = None
    #: 32 or 64: a 32-bit interpreter also runs on 64-bit machines, and takes other wheels there.
    bits: int | None = None


class Platform(NamedTuple):
    """The operating system and machine, in the words of the platform module, lower-cased."""

    system: str | None
    machine: str | None
    #: Such as "glibc 2.36" or "musl 1.2"; None off Linux or where it could not be read.
    libc: str | None = None
    #: The version of macOS or Windows.
    release: str | None = None
    wsl: bool | None = None
    #: Such as "docker"; None where nothing shows a container.
    container: str | None = None


class Distribution(NamedTuple):
    """One installed distribution; two copies of one name are two records."""

    #: Normalized as the packaging specifications say.
    name: str
    version: str | None
    #: Requires-Dist as written; None = not known here, to be taken from the index.
    requires: tuple[str, ...] | None = None
    requires_python: str | None = None
    #: The folder on the path that holds its metadata.
    location: str | None = None
    #: The name of the metadata folder or file in that location.
    metadata: str | None = None
    installer: str | None = None
    editable: bool = False
    #: Half-removed by pip (a folder that starts with `~`): metadata readers see it, imports do not.
    leftover: bool = False
    #: Why its metadata could not be read in full.
    problem: str | None = None


class Accelerator(NamedTuple):
    """One device: vendor is nvidia, amd, intel, apple or google."""

    vendor: str
    name: str | None = None
    compute_capability: str | None = None
    memory_mib: int | None = None


class Location(NamedTuple):
    """A place in a file that a finding points at; lines and columns count from 1, in characters."""

    #: As the user named the file, or relative to the project, with forward slashes.
    path: str
    line: int = 1
    column: int = 1
    #: Where the place ends: the last line, and the column after the last character; None = the line ends it.
    end_line: int | None = None
    end_column: int | None = None
    #: In a notebook the cell, counted from 1 among all cells; the lines then count in that cell.
    cell: int | None = None
    #: In a notebook the line of the file; None = not known, or the line itself.
    file_line: int | None = None


class Declared(NamedTuple):
    """What a file of a project asks for: one requirement as the packaging specifications write it, and where it stands."""

    requirement: str
    location: Location
    #: It limits which version is taken, but asks for none.
    constraint: bool = False


class Intent(NamedTuple):
    """What somebody wants of an environment, beyond that it holds together."""

    #: The backend that Keras is to run on.
    backend: str | None = None
    #: What it is to compute on, such as gpu or tpu.
    accelerator: str | None = None
    #: Such as "keras>=3.5".
    requirements: tuple[str, ...] = ()
    #: A specifier, such as ">=3.10,<3.13".
    python: str | None = None
    #: Where a wish is written: "backend", "accelerator", "python" or a requirement -> the place in the configuration.
    places: Mapping[str, Location] = _EMPTY


class Some(NamedTuple):
    """How many there are of something, and the first few of them."""

    total: int = 0
    first: tuple[str, ...] = ()


class FileList(NamedTuple):
    """A distribution whose files are not as its own list (RECORD) says."""

    distribution: str
    version: str | None
    #: Files of the list that were held against the disk; compiled left-overs, scripts and metadata are none of them.
    listed: int = 0
    missing: Some = Some()
    #: There, but of another size.
    changed: Some = Some()
    #: Why there was no list to read.
    problem: str | None = None


class Owner(NamedTuple):
    """One of several distributions whose lists name the same files."""

    name: str
    version: str | None
    #: How many of the files that the lists describe differently are on disk as this one says.
    as_listed: int


class Overlap(NamedTuple):
    """Files that the lists of several distributions name and describe differently."""

    #: The import folder that most of them lie in.
    folder: str
    owners: tuple[Owner, ...]
    differing: Some


class Shadow(NamedTuple):
    """A file or folder that an import finds before the installed distribution of that name."""

    #: The import name.
    name: str
    path: str
    #: What would be imported without it.
    hides: str
    #: True where it lies in the current folder, and so only before programs that are started there.
    here: bool = False


class LinkFault(NamedTuple):
    """Why one extension module cannot be loaded."""

    #: Its path below the folder of its distribution, with forward slashes.
    module: str
    #: The normalized name of the distribution whose list names it; None = none does.
    distribution: str | None
    #: "symbols" or "libraries" that nobody provides, library "versions" that are too old, "instructions" that the processor lacks,
    #: a file that is "damaged" or made for another "machine".
    kind: str
    names: Some = Some()


class OldNumpy(NamedTuple):
    """Extension modules of one distribution that were compiled for NumPy 1 alone."""

    distribution: str
    version: str | None
    modules: Some


class Disk(NamedTuple):
    """What --deep saw on disk; None = not looked at, or not possible here."""

    files: tuple[FileList, ...] | None = None
    #: How many distributions' lists were held against the disk.
    lists: int = 0
    overlaps: tuple[Overlap, ...] = ()
    #: Folders that an interrupted uninstallation left behind (`~eras`).
    leftovers: Some = Some()
    shadows: tuple[Shadow, ...] | None = None
    #: What conda's own records say is installed, by normalized name; None = no conda environment.
    conda: Mapping[str, str] | None = None
    links: tuple[LinkFault, ...] | None = None
    #: How many extension modules were audited.
    modules: int = 0
    old_numpy: tuple[OldNumpy, ...] | None = None
    #: Framework -> file names of GPU libraries that it would find if it opened them now.
    gpu_libraries: Mapping[str, tuple[str, ...]] | None = None


class ProbeStep(NamedTuple):
    """What happened in one process of the patient's interpreter that the live probe started."""

    #: "start" (the interpreter itself), a usage, or the import name of a framework.
    name: str
    #: "works", "exception", "signal", "exit" (in the middle of a stage), "time out", or "not run".
    outcome: str
    #: Where it ended: start, import, import keras, build, fit, evaluate, devices, exit.
    stage: str = "exit"
    milliseconds: int = 0
    #: How long each stage took that ended well, in milliseconds.
    stages: Mapping[str, int] = _EMPTY
    #: The exception as it came out, the one that all began with where that is another, and "FILE:LINE" where it was raised,
    #: or where the process crashed or hung.
    error: str | None = None
    cause: str | None = None
    where: str | None = None
    signal: str | None = None
    code: int | None = None
    #: The kernel killed a process for want of memory meanwhile.
    out_of_memory: bool = False
    #: Versions as the modules tell them, by import name.
    versions: Mapping[str, str] = _EMPTY
    #: Whose class the model is of, such as "tf-keras 2.16.0".
    resolves_to: str | None = None
    backend: str | None = None
    #: Devices that the framework lists, such as "GPU NVIDIA L4"; None = it was not asked or could not tell.
    devices: tuple[str, ...] | None = None
    devices_error: str | None = None
    #: The first and the last lines that it printed, and how many bytes it printed in all.
    lines: tuple[str, ...] = ()
    printed: int = 0
    #: Processes that it left behind and that were ended, and its largest size in memory.
    left: int = 0
    memory_mib: int | None = None


class Probe(NamedTuple):
    """What happened when the patient was really run."""

    #: Import names of frameworks that the patient's interpreter finds; None = it did not come so far.
    found: tuple[str, ...] | None
    steps: tuple[ProbeStep, ...]
    #: Seconds that each step had.
    seconds: int


class ModelFile(NamedTuple):
    """A saved model, as far as it can be read without loading it."""

    #: As the user named it.
    path: str
    #: "keras" (the archive of Keras 3 and late Keras 2), "h5", "weights" (HDF5 without a model), or "saved_model" (a folder).
    form: str
    #: The version of the Keras that wrote it; None = unknown.
    keras_version: str | None = None
    backend: str | None = None
    #: The version of the TensorFlow that wrote it; SavedModel folders alone tell it.
    tensorflow_version: str | None = None
    #: What is in it: "lambda" (code), "custom" (classes that are not of Keras), "functional", "time-major" (recurrent layers of Keras 2),
    #: "bidirectional", "depthwise-groups", "compiled" (how it was compiled), "keras" (a SavedModel of Keras), "keras-untold" (perhaps one).
    signs: frozenset[str] = frozenset()


class Snapshot(NamedTuple):
    """What one environment is, as far as anybody could tell."""

    origin: str = "environment"
    #: False where `distributions` may lack some.
    complete: bool = True
    python: Python | None = None
    platform: Platform | None = None
    cpu_flags: frozenset[str] | None = None
    distributions: tuple[Distribution, ...] = ()
    #: Normalized names known to be missing; of use where `complete` is false.
    absent: frozenset[str] = frozenset()
    environment: Mapping[str, str] | None = None
    #: Content of the keras.json that Keras would read; {} = none; its text where that is no JSON object.
    keras_config: Any = None
    #: Entries in the import folders of the family; 0 = empty, None = not there, no key = nobody looked.
    folders: Mapping[str, int | None] | None = None
    accelerators: tuple[Accelerator, ...] | None = None
    drivers: Mapping[str, str] | None = None
    libraries: Mapping[str, str] | None = None
    sources: Mapping[str, Any] | None = None
    #: What the project's files ask for; None = nobody read them.
    declared: tuple[Declared, ...] | None = None
    #: What it is wanted for; None = nobody said.
    intent: Intent | None = None
    #: Which interpreter was looked at and why, for the first line of the report.
    patient: str | None = None
    chosen: str | None = None
    #: What could not be read, and why.
    unread: Mapping[str, str] = _EMPTY
    #: What was seen of devices and has no place among them, such as MIG mode; the keys stand in `kdoctor.collect.accelerators`.
    observed: Mapping[str, str] | None = None
    #: What a text from elsewhere was taken for, such as "pip freeze"; None where nobody had to guess.
    read_as: str | None = None
    #: What is on disk; None = nobody looked (--deep).
    disk: Disk | None = None
    #: What happened in a live run; None = nobody tried.
    probe: Probe | None = None
    #: Saved models that are to be loaded here.
    models: tuple[ModelFile, ...] = ()


class Evidence(NamedTuple):
    """One statement that a finding rests on, and where it comes from."""

    says: str
    source: str
    #: What kind of truth it is: "declared" (metadata says so), "known to fail" or "known to work" (whatever metadata says),
    #: or "seen" (it stands so in this environment, or in the source of the library).
    kind: str = "seen"


class Way(NamedTuple):
    """One way to mend a finding by more than versions: distributions to have or to remove, variables to set or (None) unset."""

    name: str
    title: str
    needs: tuple[str, ...] = ()
    remove: tuple[str, ...] = ()
    reinstall: tuple[str, ...] = ()
    environment: Mapping[str, str | None] = _EMPTY


class Finding(NamedTuple):
    """Something that a person should know of this environment."""

    rule: str
    name: str
    severity: Severity
    summary: str
    cause: str
    subjects: tuple[str, ...]
    evidence: tuple[Evidence, ...] = ()
    #: The components that do not work because of it: tensorflow, keras, tf.keras, tf-keras, mixed, jax, torch, openvino, numpy.
    breaks: frozenset[str] = frozenset()
    ways: tuple[Way, ...] = ()
    #: Advice in words where neither pins nor variables mend it.
    advice: str | None = None
    #: Names of the remedies that cure it.
    remedies: tuple[str, ...] = ()
    #: Where in the files that were read it stands, the most telling place first.
    locations: tuple[Location, ...] = ()


class UsageResult(NamedTuple):
    """What a program that gets at Keras in one way gets here; None = cannot tell."""

    works: bool | None
    resolves_to: str | None = None
    backend: str | None = None
    because: tuple[str, ...] = ()
    #: Whether a live probe tried it, so that `works` says what happened, and what had been foretold before.
    probed: bool = False
    foretold: bool | None = None


class WayUsed(NamedTuple):
    """A way by which a program gets at Keras, and what it gets by it here."""

    #: keras, tensorflow.keras, tensorflow.python.keras, tf_keras or keras_core.
    way: str
    files: int
    places: int
    #: Whether it works; None = cannot tell.
    works: bool | None
    resolves_to: str | None = None
    backend: str | None = None
    because: tuple[str, ...] = ()


class Step(NamedTuple):
    """Something that an installer is told: "install" or "uninstall", its options, and requirements or names."""

    verb: str
    options: tuple[str, ...]
    names: tuple[str, ...]


class Remedy(NamedTuple):
    """A whole, consistent way out: after it, every error that pins or variables can cure is gone."""

    name: str
    title: str
    pins: Mapping[str, str] = _EMPTY
    remove: tuple[str, ...] = ()
    reinstall: tuple[str, ...] = ()
    environment: Mapping[str, str | None] = _EMPTY
    commands: tuple[str, ...] = ()
    changes: int = 0
    verified: str = "none"
    #: What a real resolver said against it, with the name of the resolver first; "" = nothing, or none was asked.
    objection: str = ""
    #: The commands in a form for programs; not part of documents.
    steps: tuple[Step, ...] = ()


class Impossible(NamedTuple):
    """A goal that no set of releases can reach, and the requirements that exclude each other."""

    goal: str
    because: tuple[str, ...]
    #: The newest other Python on which all of it could be had, and what would be there; "" = on none, None = nobody looked.
    python: str | None = None
    pins: Mapping[str, str] = {}


class Head(NamedTuple):
    """The few lines at the top of a report: who answers for what."""

    tensorflow: str
    keras: str
    accelerators: str


class Unknown(NamedTuple):
    """A fact that a pasted text leaves open, and the command that tells it there."""

    what: str
    command: str


class ModelOutlook(NamedTuple):
    """Whether a saved model can be loaded here."""

    path: str
    #: What it is and who wrote it, in words.
    written: str
    #: "keras" and "tensorflow.keras" -> whether load_model reads it; None = it depends. A usage without a Keras that works is missing.
    loads: Mapping[str, bool | None]


class Report(NamedTuple):
    """All that kdoctor says of a snapshot."""

    verdict: str
    usages: Mapping[str, UsageResult]
    findings: tuple[Finding, ...]
    remedies: tuple[Remedy, ...]
    snapshot: Snapshot
    head: Head
    #: Date of the newest knowledge, YYYY-MM-DD.
    knowledge: str
    impossible: tuple[Impossible, ...] = ()
    #: Rules that could not look, with the reason.
    unchecked: tuple[str, ...] = ()
    #: What nobody has said of this environment and would decide most.
    unknown: tuple[Unknown, ...] = ()
    #: The saved models that were named, in their order.
    models: tuple[ModelOutlook, ...] = ()
    #: Findings that are not among the others on purpose, a sentence each: what is ignored and why, what the baseline knows.
    set_aside: tuple[str, ...] = ()
    #: By which ways the source that was read gets at Keras.
    ways: tuple[WayUsed, ...] = ()


class Explanation(NamedTuple):
    """A cause that a line of a traceback or log points to."""

    #: What it is about, such as "cudnn-version"; "healthy" for a notice that means no harm.
    topic: str
    #: The rule that sees the same in an environment; None where none does.
    rule: str | None
    harmless: bool
    #: high, medium or low.
    confidence: str
    #: The line that was recognized, and its number from 1.
    matched: str
    line: int
    cause: str
    remedy: str
    #: Where the message is known from.
    source: str = ""


class RuleText(NamedTuple):
    """What `kdoctor explain` says of a rule, before the facts behind it."""

    code: str
    #: Kebab-case; it names the bad state, never the cure.
    name: str
    title: str
    what: str
    why: str
    mend: str
    since: str = ""
    #: Where that is known from, for rules that are no rows.
    sources: tuple[str, ...] = ()


class KnownCase(NamedTuple):
    """One row of the knowledge, as pages show it."""

    when: str
    needs: str
    says: str
    #: What comes of it: "every import fails", "a usage fails", ...; "" for what works.
    effect: str
    source: str
    observed: str


class ShownRun(NamedTuple):
    """An environment that was built for real, as pages show it."""

    name: str
    #: The day of the measurement, YYYY-MM-DD.
    measured: str
    #: What decided: "Python 3.11.7, tensorflow-cpu 2.15.1, keras 3.6.0".
    installed: str
    #: Each usage or other program with "works" or the error that it died of.
    outcome: tuple[tuple[str, str], ...]


class RulePage(NamedTuple):
    """All that there is to say of a rule."""

    text: RuleText
    #: Rows that are known to fail.
    cases: tuple[KnownCase, ...] = ()
    #: Popular advice that does not hold, and what is true instead.
    advice: tuple[tuple[str, str], ...] = ()
    #: Runs in which the rule spoke, and those beyond its borders in which all went well.
    failing: tuple[ShownRun, ...] = ()
    working: tuple[ShownRun, ...] = ()


class DistributionPage(NamedTuple):
    """All that is known about one distribution."""

    name: str
    #: Days on which the index and the rows were last renewed, YYYY-MM-DD.
    index_date: str
    facts_date: str
    #: How many releases the index holds, and the newest final and the newest candidate with their days.
    releases: int = 0
    newest: tuple[str, str] | None = None
    candidate: tuple[str, str] | None = None
    #: Releases that were taken back, with the reason.
    yanked: tuple[tuple[str, str], ...] = ()
    #: The import folder that it owns, and who else does.
    folder: str | None = None
    rivals: tuple[str, ...] = ()
    #: First and last of neighbouring releases, and what they declare of others in the family, or which Python they ask for.
    declares: tuple[tuple[str, str, str], ...] = ()
    pythons: tuple[tuple[str, str, str], ...] = ()
    known_to_fail: tuple[KnownCase, ...] = ()
    known_to_work: tuple[KnownCase, ...] = ()
    #: Names of the runs, by the version that was installed.
    runs: tuple[tuple[str, tuple[str, ...]], ...] = ()

    @property
    def unknown(self) -> bool:
        """True where kdoctor has never heard of it."""
        return not (self.releases or self.folder or self.known_to_fail or self.known_to_work or self.runs)
