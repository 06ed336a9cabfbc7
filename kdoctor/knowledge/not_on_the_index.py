"""What releases require that the package index does not have: on another index, or gone.

Sources: metadata of jax up to 0.5.x (extra tpu), which stands on Google's own list of libtpu builds; metadata of TensorFlow 2.15.0 (extra
and-cuda) and the release notes of 2.15.0.post1, which was made for it. Seen: uv finds no version of either on the public index.
"""

from __future__ import annotations

from collections.abc import Mapping

#: Project (none that the index of kdoctor holds) -> which of its releases are missing; "" = whatever is asked for.
MISSING: Mapping[str, str] = {"libtpu-nightly": "", "tensorrt-libs": "==8.6.1"}
