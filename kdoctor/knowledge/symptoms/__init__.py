"""Messages that people see, and what they come from: one tuple of rows. See `row.py` for the form of a row.

To add one: put the message into the table of its family, with the thread or the run that it was seen in, and a row into
tests/data/symptoms.jsonl with the line as it looked there.
"""

from __future__ import annotations

from kdoctor.knowledge.symptoms import (
    addons,
    coupling,
    cuda,
    cudnn,
    devices,
    harmless,
    installing,
    jax,
    keras_api,
    neighbours,
)
from kdoctor.knowledge.symptoms.row import Symptom

SYMPTOMS: tuple[Symptom, ...] = (
    *coupling.SYMPTOMS,
    *keras_api.SYMPTOMS,
    *neighbours.SYMPTOMS,
    *addons.SYMPTOMS,
    *installing.SYMPTOMS,
    *cuda.SYMPTOMS,
    *cudnn.SYMPTOMS,
    *jax.SYMPTOMS,
    *devices.SYMPTOMS,
    *harmless.SYMPTOMS,
)
