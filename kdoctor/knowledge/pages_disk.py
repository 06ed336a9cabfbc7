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
    page_of(
        "KD311",
        "A module lacks a symbol",
        "A compiled module needs a name that none of the files which are loaded with it defines, so the loader refuses it. kdoctor reads "
        "the tables that the loader would read; nothing is loaded. Seen with --deep, on Linux.",
        "ImportError: undefined symbol. Files of two releases lie in one folder, or an add-on was built for another release of the "
        "framework. It is an error where the file is one that the import surely loads; other modules fail when they are first used.",
        "Where two distributions own one folder, keep one of them (KD301). An add-on must be of the release that was built for the "
        "framework.",
    ),
    page_of(
        "KD312",
        "A shared library is not found",
        "A compiled module needs a shared library that the loader finds in none of its folders: those that the file names (RPATH, "
        "RUNPATH), LD_LIBRARY_PATH, the system's cache and default folders. Libraries of GPU drivers do not count, nor those that a "
        "package opens itself before it needs them. A part that needs what no wheel brings, such as FFmpeg, is a note. Seen with "
        "--deep, on Linux.",
        "ImportError: cannot open shared object file: No such file or directory.",
        "Install the wheel or the package of the system that brings it; the finding names it.",
    ),
    page_of(
        "KD313",
        "A compiled file is damaged or foreign",
        "A compiled module is cut off, empty, no ELF file, or made for another kind of machine. Seen with --deep, on Linux.",
        "ImportError: file too short, invalid ELF header, wrong ELF class. A download or a copy was interrupted, a disk was full, or an "
        "environment was copied from another machine.",
        "Install the distribution again with --force-reinstall --no-deps.",
    ),
    page_of(
        "KD314",
        "A library is older than what was built against it",
        "A compiled module needs a version of a library's interface that the library found does not define, such as GLIBC_2.34 or "
        "GLIBCXX_3.4.30. Seen with --deep, on Linux.",
        "ImportError: version `GLIBCXX_3.4.30' not found. The system is older than the wheel is made for, or an older copy of the library "
        "comes first in LD_LIBRARY_PATH.",
        "Take a release that is made for older systems, or a newer system; look into LD_LIBRARY_PATH.",
    ),
)

PAGES: dict[str, RuleText] = {page.code: page for page in _PAGES}
