"""Verdicts on the rows of notes: from what they mean, by proofs that the kernel checks and by exact counterexamples."""
