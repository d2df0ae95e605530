"""Documents that people have: their displayed derivations, read, judged row by row, and told."""
