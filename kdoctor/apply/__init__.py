"""Applying a remedy to an environment, and undoing it: the only part of kdoctor that changes anything."""
