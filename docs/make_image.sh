#!/usr/bin/env bash
# Make the pictures of the README: a derivation as LaTeX sets it, and a slide.  Needs pdflatex (texlive-latex-base, lmodern), pdftoppm
# (poppler-utils) and the extra slides.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
derive show label_smoothing_residual --as latex --standalone -o "$work/page.tex"
pdflatex -interaction=batchmode -output-directory="$work" "$work/page.tex" >/dev/null
pdftoppm -png -singlefile -r 150 -x 240 -y 260 -W 800 -H 910 "$work/page.pdf" "$here/label_smoothing_residual"
derive slides cross_entropy_is_nll -o "$work/slide.pdf"
pdftoppm -png -singlefile -r 72 -f 4 "$work/slide.pdf" "$here/slide"
