"""The laboratory: environments that are really built, what programs do in them, and what kdoctor foretold.

`make lab` measures the rows of the table (see table.py) that have not been measured yet and writes what happened to
kdoctor/knowledge/data/runs.jsonl, from where `kdoctor explain` and the tests read it.
"""
