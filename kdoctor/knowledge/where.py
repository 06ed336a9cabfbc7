"""Where the index of releases lies: the embedded one, and the one that the user has renewed."""

from __future__ import annotations

import os
import sys
from functools import lru_cache


def embedded_path() -> str:
    """Give the path of the index that comes with the package."""
    return os.path.join(os.path.dirname(__file__), "data", "index.bin")  # noqa: PTH118, PTH120 -- start-up time: pathlib is slow to import.


@lru_cache(maxsize=1)
def own_path() -> str:
    """Give the path of the user's own, renewed index, whether it is there or not."""
    return os.path.join(_data_folder(), "index.bin")  # noqa: PTH118 -- as above.


def _data_folder() -> str:
    # Importing platformdirs costs more than opening the index, so on Linux its rule stands here; a test holds both together.
    if sys.platform == "linux":
        base = os.environ.get("XDG_DATA_HOME", "").strip()
        if not base.startswith("/"):
            base = os.path.expanduser("~/.local/share")  # noqa: PTH111 -- as above.
        return base + "/kdoctor"
    import platformdirs  # noqa: PLC0415 -- start-up time.

    return platformdirs.user_data_dir("kdoctor", appauthor=False)
