"""A formula drawn: one pen for each language."""
