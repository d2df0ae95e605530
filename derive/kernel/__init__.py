"""The trusted kernel: terms, the sealed theorem, the rules and the axioms.

It imports nothing but the standard library.  What has to be believed when a theorem is believed is in this folder.
"""
