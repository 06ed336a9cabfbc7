"""A package index as a source of metadata: which one the user configured, what it lists, what its wheels say."""
