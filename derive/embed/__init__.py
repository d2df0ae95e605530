"""Derivations in documents of one's own: where a document asks for one, and the file that gives it.

A Quarto or pandoc document asks with a shortcode, a MyST document with a directive, a LaTeX document with a macro:

    {{< derive cross_entropy_is_nll notation=pr >}}

    :::{derive} cross_entropy_is_nll
    :notation: pr
    :::

    \\derive[notation=pr]{cross_entropy_is_nll}
"""
