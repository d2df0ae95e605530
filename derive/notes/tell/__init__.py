"""What was found out about notes, told: to people, to editors and machines, as pages, as proofs."""
