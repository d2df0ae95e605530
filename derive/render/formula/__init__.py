"""A formula before it is drawn: notation, layout, where it may be broken, how wide it is."""
