"""Sliders for a theorem: its claim with the value of each part, and a plot, at numbers that one moves.

``explored`` calculates, exactly and without a browser; ``live`` is the widget of notebooks (the extra widgets).
"""
