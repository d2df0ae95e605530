"""A course on paper: theorems by subject, with contents, what the symbols mean, false claims, and an index."""
