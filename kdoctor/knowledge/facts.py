"""All curated facts in one tuple, in the order in which they are judged."""

from __future__ import annotations

from kdoctor.knowledge.addons import ADDONS
from kdoctor.knowledge.backends import BACKEND_FACTS
from kdoctor.knowledge.first_keras import FIRST_KERAS
from kdoctor.knowledge.keras_addons import KERAS_ADDONS
from kdoctor.knowledge.neighbours import NEIGHBOURS
from kdoctor.knowledge.reported import REPORTED
from kdoctor.knowledge.schema import Fact
from kdoctor.knowledge.tensorflow_keras import COUPLING

FACTS: tuple[Fact, ...] = (*COUPLING, *FIRST_KERAS, *BACKEND_FACTS, *NEIGHBOURS, *ADDONS, *KERAS_ADDONS, *REPORTED)
