"""Slides: a deck of checked derivations, and a printer for each target that draws it."""
