"""Notes in: the derivations of a LaTeX file, a Markdown file or a notebook, read and judged row by row."""
