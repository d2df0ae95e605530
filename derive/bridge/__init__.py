"""The only doors to SymPy and latexify.  Nothing here proves.

    reading.from_sympy(expr)           a SymPy expression or relation as a kernel term
    writing.to_sympy(term)             a kernel term as a SymPy expression or relation
    opinion.second_opinion(a, b)       whether a = b holds in small models, expanded here and simplified by SymPy
    opinion.second_opinion_on(claim)   the same for any statement, such as the conclusion of a theorem

Importing one of these imports SymPy, which takes a while, so import it where it is used.

Conventions that differ.  A kernel sum over an empty range is 0 and a product 1; SymPy reads a sum from m down to
n < m - 1 as minus the sum over what lies between (Karr), and its ``doit`` follows that.  Bounds are carried over as
they are written.
"""
