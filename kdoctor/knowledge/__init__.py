"""What is known: curated facts, and the metadata of every release of the family."""
