"""How a report is said."""
