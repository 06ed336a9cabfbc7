"""The pages of `kdoctor explain` for the rules on what a live probe saw."""

from __future__ import annotations

from kdoctor.knowledge.pages import page_of
from kdoctor.model import RuleText

_PAGES = (
    page_of(
        "KD811",
        "Something fails that was foretold to work",
        "With --probe, kdoctor imports the frameworks in processes of their own and trains a model of ten units. Something did "
        "not come to a good end, and nothing that is installed had foretold it.",
        "What is installed does not tell all: a damaged file, a library of the system, a plugin or the machine itself can be the "
        "cause. What happened counts, so the usage is shown as failing. A usage that fails is an error; a framework that Keras "
        "does not run on, a warning.",
        "Read the exception, or the place of the crash. kdoctor snapshot --probe -o FILE keeps all that was seen, which is the "
        "best there is to report.",
    ),
    page_of(
        "KD812",
        "Something works that was foretold to fail",
        "With --probe, a model was built, trained and evaluated in a way that an error said could not work.",
        "A tiny model is not all of Keras: what the error speaks of may show elsewhere. But the forecast was wrong for this "
        "environment. Errors of which the contrary was seen count as warnings.",
        "Nothing must be done; a report helps to mend the knowledge.",
    ),
    page_of(
        "KD813",
        "Another release answers than the one installed",
        "With --probe, a module told another version than the metadata of its distribution.",
        "A copy stands before it on the path (PYTHONPATH, the current folder, another site-packages), or one release was unpacked"
        " over another.",
        "Look whose files they are, and remove the copy or install the distribution anew.",
    ),
    page_of(
        "KD814",
        "The interpreter fails before it runs anything",
        "With --probe, the interpreter crashed, hung or ended before anything was imported.",
        "sitecustomize, usercustomize and .pth files with import lines run at every start of Python. Without --probe kdoctor "
        "passes them by.",
        "Remove or mend the file that does it; python -v shows which one was the last.",
    ),
    page_of(
        "KD815",
        "It works, but complains of something",
        "With --probe, what was imported and trained came to a good end, and printed a line that kdoctor knows to mean something.",
        "Frameworks tell in log lines what they then do without, such as a GPU whose libraries are missing. Harmless lines are left out.",
        "Read what the line means; where it is what you want, nothing must be done.",
    ),
    page_of(
        "KD816",
        "The framework lists no GPU, though one is here",
        "With --probe, the framework that Keras runs on was asked for its devices. An NVIDIA GPU is here, the build has code for it, and "
        "none was listed.",
        "A library that cannot be loaded, the driver, or how a container was started makes a framework go without the GPU; a log line at "
        "most tells of it. What rules had foretold is told by them; this is what nobody had foretold.",
        "Read what the probe printed (-v, or kdoctor snapshot --probe), and mend what it names.",
    ),
)

PAGES: dict[str, RuleText] = {page.code: page for page in _PAGES}
