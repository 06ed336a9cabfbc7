"""The pages of `kdoctor explain` for what --deep finds on disk."""

from __future__ import annotations

from kdoctor.knowledge.pages import page_of
from kdoctor.model import RuleText

_PAGES = (
    page_of(
        "KD306",
        "Files are missing",
        "A distribution lacks files that its own list (RECORD) names. Compiled left-overs, scripts and metadata do not count; what is no "
        "code, such as headers and documentation that somebody removed to save space, is a note. Seen with --deep.",
        "The import fails where a missing module is needed, mostly with ModuleNotFoundError or ImportError from inside the package; a "
        "package without its __init__.py imports as an empty one (module has no attribute). pip list and pip check see nothing.",
        "Install it again with --force-reinstall --no-deps.",
    ),
    page_of(
        "KD307",
        "Two distributions put different files in one place",
        "The lists (RECORD) of two distributions that are no known rivals name the same files with different content. Seen with --deep.",
        "Installers do not notice. The one that was written last is whole, the other is not, and removing either takes files of both away.",
        "Keep one: uninstall both, and install again the one that is wanted.",
    ),
    page_of(
        "KD308",
        "Files are not as they were installed",
        "Files of a distribution have another size than its list (RECORD) says, and no other distribution's list explains it. A few are a "
        "note: somebody edited them, or stripped a library. Seen with --deep.",
        "Many are a mixture of two releases: an upgrade that was interrupted, a folder that was copied over another.",
        "Install it again with --force-reinstall --no-deps.",
    ),
    page_of(
        "KD309",
        "Another file answers for the import",
        "A file or package called keras, tensorflow, numpy or the like stands before the installed one on the import path: in a folder of "
        "PYTHONPATH or of a .pth file, or in the current folder. Seen with --deep.",
        "Python takes the first that it finds. A program of one's own called keras.py is the classic: module 'keras' has no attribute "
        "'layers', or a circular import. The current folder counts for programs that lie in it or are started with -c, -m or a notebook.",
        "Rename the file (and delete its __pycache__), or take its folder out of the path.",
    ),
    page_of(
        "KD310",
        "No list of files",
        "A distribution that pip or uv installed has no RECORD. Seen with --deep.",
        "Both write it last, so the installation may have been interrupted; and pip cannot uninstall it: no RECORD file was found.",
        "Install it once more with --ignore-installed --no-deps.",
    ),
)

PAGES: dict[str, RuleText] = {page.code: page for page in _PAGES}
