"""What to do: whole sets of pins that hold together, for what is there (remedies) and for what is wanted (plan)."""
