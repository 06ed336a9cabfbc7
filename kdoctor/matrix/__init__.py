"""The compatibility table, drawn from what the rules say of pairs of releases: there is no second table of knowledge."""
