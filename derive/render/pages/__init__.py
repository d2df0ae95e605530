"""A derivation on a page: text, LaTeX, HTML, speech, and what a notebook shows."""
