"""Notes: derivations in the LaTeX that people have, checked row by row."""
