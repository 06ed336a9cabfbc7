"""Facts on the backends of Keras 3: which releases of a backend each Keras really starts and trains with."""

from __future__ import annotations

from kdoctor.knowledge.schema import Fact, fact

_RUN = "measured on Linux x86_64, CPU"

#: jax release -> oldest jaxlib that it starts with; from 0.4.30 on its metadata says so. Source: jax/version.py at the tags.
_OLDEST_JAXLIB: tuple[tuple[str, str], ...] = (
    ("0.2.9", "0.1.59"),
    ("0.2.10", "0.1.60"),
    ("0.2.11", "0.1.62"),
    ("0.2.12", "0.1.64"),
    ("0.2.13", "0.1.65"),
    ("0.2.18", "0.1.69"),
    ("0.2.26", "0.1.74"),
    ("0.3.2", "0.3.0"),
    ("0.3.7", "0.3.2"),
    ("0.3.8", "0.3.7"),
    ("0.3.15", "0.3.14"),
    ("0.3.18", "0.3.15"),
    ("0.3.24", "0.3.22"),
    ("0.4.2", "0.4.1"),
    ("0.4.3", "0.4.2"),
    ("0.4.5", "0.4.4"),
    ("0.4.7", "0.4.6"),
    ("0.4.8", "0.4.7"),
    ("0.4.12", "0.4.11"),
    ("0.4.15", "0.4.14"),
    ("0.4.21", "0.4.19"),
    ("0.4.25", "0.4.20"),
    ("0.4.27", "0.4.23"),
    ("0.4.28", "0.4.27"),
)

BACKEND_FACTS: tuple[Fact, ...] = (
    fact(
        "KD407",
        "keras>=3.12 and backend=jax",
        "?jax>=0.4.30",
        "keras",
        "Keras 3.12 and later import jax.export at start, which jax has from 0.4.30 on; the floor of 0.4.20 in the Keras README is too low",
        f"keras/src/backend/jax/core.py at v3.12.0; {_RUN}",
        "Keras 3.12.4 and 3.15.1: jax 0.4.26 fails, 0.4.30 to 0.10.2 work",
    ),
    fact(
        "KD407",
        "keras>=3.10,<3.12 and backend=jax",
        "?jax>=0.4.26",
        "keras",
        "Keras 3.10 and later import jax.experimental.pallas.ops.tpu.splash_attention at start",
        f"keras/src/backend/jax/nn.py at v3.10.0; {_RUN}",
        "Keras 3.10.0: jax 0.4.20 and 0.4.23 fail, 0.4.26 works",
    ),
    fact(
        "KD407",
        "keras>=3,<3.10 and backend=jax",
        "?jax<0.6.1",
        "keras",
        "Keras 3.0 to 3.9 call jax.spmd_mode in fit, which jax 0.6.1 removed: the import works, training fails",
        f"keras-team/keras commit c90a3a5886; {_RUN}",
        "Keras 3.0.5 to 3.9.2: jax 0.5.3 and 0.6.0 work; 0.6.1, 0.6.2, 0.7.2 and 0.10.2 fail",
    ),
    fact(
        "KD407",
        "keras>=3,<3.7 and backend=jax",
        "?jax>=0.4.20",
        "keras",
        "the Keras README gives 0.4.20 as the oldest supported JAX",
        f"keras-team/keras README v3.13.0; {_RUN}",
        "Keras 3.0.5 and 3.6.0 train with jax 0.4.20 and later",
    ),
    fact(
        "KD407",
        "keras>=3 and backend=torch",
        "?torch>=2.1",
        "keras",
        "the Keras README gives 2.1.0 as the oldest supported PyTorch",
        "keras-team/keras README v3.13.0 to v3.15.1",
        "torch 2.13 with Keras 3.0.5 to 3.15.1 works; older ones were not run",
    ),
    fact(
        "KD407",
        "keras>=3.8,<3.12 and backend=openvino",
        "?openvino<2026",
        "keras",
        "Keras 3.8 to 3.10 use openvino.runtime, which OpenVINO 2026 removed",
        _RUN,
        "Keras 3.8.0 and 3.10.0: OpenVINO 2024.6 to 2025.3 start, 2026.4 fails",
    ),
    fact(
        "KD407",
        "keras>=3.12,<3.15 and backend=openvino",
        "?openvino>=2025.1",
        "keras",
        "Keras 3.12 and later need openvino.opset14",
        _RUN,
        "Keras 3.12.4: OpenVINO 2024.6 fails, 2025.1 to 2026.4 start",
    ),
    fact(
        "KD407",
        "keras>=3.15 and backend=openvino",
        "?openvino>=2026",
        "keras",
        "Keras 3.15 needs openvino.opset16; the floor of 2025.3 in the Keras README is too low",
        f"keras/src/backend/openvino at v3.15.1; {_RUN}",
        "Keras 3.15.1: OpenVINO 2025.1 to 2025.4 fail, 2026.1 and 2026.4 start",
    ),
    fact(
        "KD408",
        "keras>=3.15 and backend=openvino",
        "scipy",
        "keras",
        "Keras 3.15 imports scipy.signal for the openvino backend without declaring it",
        f"keras/src/backend/openvino/math.py at v3.15.1; {_RUN}",
        "Keras 3.15.1",
    ),
    fact(
        "KD408",
        "keras>=3 and backend=numpy",
        "scipy",
        "keras",
        "the numpy backend imports scipy without declaring it",
        f"keras/src/backend/numpy; {_RUN}",
        "Keras 3.6, 3.10 and 3.15",
    ),
    fact(
        "KD408",
        "keras>=3 and backend=numpy",
        "jax",
        "keras",
        "the numpy backend imports jax without declaring it",
        f"keras/src/backend/numpy/nn.py; {_RUN}",
        "Keras 3.0.5 to 3.15.1",
    ),
    fact(
        "KD408",
        "backend=jax and jax",
        "jaxlib",
        "keras jax",
        "jax is the Python half only; without jaxlib it cannot be imported",
        f"jax METADATA; {_RUN}",
        "jax 0.10.2",
    ),
    fact(
        "KD409",
        "jax",
        "?jaxlib<={version}",
        "jax",
        "jax refuses a jaxlib newer than itself when it is imported",
        "jax/_src/lib/__init__.py; jina-ai/dalle-flow#68",
        "jax 0.3.13 with jaxlib 0.3.14",
    ),
    *(
        fact(
            "KD412",
            f"jax>={since},<{until}",
            f"?jaxlib>={floor}",
            "jax",
            "jax refuses a jaxlib older than it was made for when it is imported",
            "jax/version.py at the tags; google-deepmind/weathernext#48",
            "a jax of 0.4.19 or later with jaxlib 0.3.25",
        )
        for (since, floor), until in zip(_OLDEST_JAXLIB, (*(row[0] for row in _OLDEST_JAXLIB[1:]), "0.4.30"), strict=True)
    ),
    *(
        fact(
            "KD410",
            f"jax-cuda{cuda}-plugin",
            "?jaxlib>={version}",
            "",
            "the plugin calls what an older jaxlib does not have yet; jax then runs on the CPU or stops",
            "jax METADATA, extras cuda12 and cuda13; jax-ml/jax#26750",
            "jax-cuda12-plugin 0.5.0 with jaxlib 0.4.35",
        )
        for cuda in ("12", "13")
    ),
)
