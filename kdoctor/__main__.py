"""`python -m kdoctor`."""

from __future__ import annotations

from kdoctor.cli import main

main()
