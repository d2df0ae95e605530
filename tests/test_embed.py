"""Derivations in documents of one's own: pandoc and pdflatex find them, and a check says whether they are still true."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from click.testing import CliRunner
from needs import need

from derive.cli import main
from derive.embed.calls import calls
from derive.embed.write import WAYS, for_the_web

QMD = '# A talk\n\n{{< derive cross_entropy_is_nll notation=pr >}}\n\nand {{{< derive not_this >}}}\n\n{{< derive label_smoothing_residual join="1-2" >}}\n'
TEX = (
    "\\documentclass{article}\n\\usepackage{amsmath}\n\\input{derive-embed}\n\\begin{document}\n% \\derive{not_this}\n"
    "\\derive[ notation=pr, where=yes ]{cross_entropy_is_nll}\n\\derive{kl_nonneg}\n\\end{document}\n"
)


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def run(*arguments: str):
    return CliRunner().invoke(main, ["embed", *arguments])


def ask(name: str, source: str) -> None:
    Path(name).write_text(source, "utf-8")


def pandoc(*options: str) -> str:
    done = subprocess.run([need("pandoc", "pandoc"), *options], capture_output=True, text=True, check=False)
    assert not done.stderr, done.stderr
    return done.stdout


def test_a_markdown_document_gets_its_derivations() -> None:
    ask("talk.qmd", QMD)
    result = run("talk.qmd")
    assert result.output == "wrote _derive.lua: 2 derivations\n"
    page = pandoc("--from=markdown", "--lua-filter=_derive.lua", "--to=html", "--mathjax", "talk.qmd")
    assert page.count("<strong>Theorem</strong>") == 2 and "{{&lt; derive cross" not in page
    assert r"\Pr(\mathbf{y} \mid \mathbf{x})" in page and "definition of the sequence" in page
    assert not {r"\parbox", r"\raggedright", r"\small", "3em"} & set(page.split())
    assert "\\parbox" not in page and "\\begingroup" not in page


def test_quarto_calls_the_handler_with_words_and_options() -> None:
    """As Quarto does: with a global table, arguments and named arguments; what it returns are blocks."""
    ask("talk.qmd", QMD)
    run("talk.qmd")
    ask(
        "quarto.lua",
        "quarto = {}\nlocal handler = dofile('_derive.lua').derive\n"
        "function Pandoc(doc)\n  local args, named = {pandoc.Inlines('cross_entropy_is_nll')}, {notation = pandoc.Inlines('pr')}\n"
        "  return pandoc.Pandoc(handler(args, named))\nend\n",
    )
    page = pandoc("--from=markdown", "--lua-filter=quarto.lua", "--to=latex", "talk.qmd")
    assert r"\Pr(\mathbf{y} \mid \mathbf{x})" in page and page.count("Theorem") == 1


def test_a_latex_document_gets_its_derivations() -> None:
    ask("paper.tex", TEX)
    assert run("paper.tex").output == "wrote derive-embed.tex: 2 derivations\n"
    latex = need("pdflatex", "texlive-latex-base")
    done = subprocess.run([latex, "-interaction=nonstopmode", "paper.tex"], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-2000:]
    assert "Overfull" not in done.stdout
    ask("paper.tex", TEX.replace("kl_nonneg", "entropy_uniform"))
    done = subprocess.run([latex, "-interaction=nonstopmode", "paper.tex"], capture_output=True, text=True, check=False)
    assert "there is no derivation of entropy_uniform" in done.stdout


def test_what_its_author_opens_stands_open_as_on_every_page() -> None:
    ask("talk.qmd", "{{< derive cross_entropy_is_nll >}}\n\n{{< derive cross_entropy_is_nll expand=none >}}\n")
    assert run("talk.qmd").exit_code == 0
    as_usual, shut = Path("_derive.lua").read_text("utf-8").split("pages[ ")[1:]
    shown = CliRunner().invoke(main, ["show", "cross_entropy_is_nll", "--as", "latex"]).output
    assert [page.count("the indicator picks out its one term") for page in (shown, as_usual, shut)] == [1, 1, 0]


def test_a_check_names_what_is_missing_edited_or_stale() -> None:
    ask("talk.qmd", QMD)
    ask("paper.tex", TEX)
    run("talk.qmd", "paper.tex")
    assert run("--check", "talk.qmd", "paper.tex").output == "4 derivations as proved now\n"
    file = Path("derive-embed.tex")
    file.write_text(file.read_text("utf-8").replace(r"-\log \Pr", r"\log \Pr"), "utf-8")
    before = file.read_bytes()
    Path("_derive.lua").unlink()
    result = run("--check", "talk.qmd", "paper.tex")
    assert result.exit_code == 1 and file.read_bytes() == before and not Path("_derive.lua").exists()
    for place in ("talk.qmd:3", "talk.qmd:7", "paper.tex:6"):
        assert f"{place}: " in result.output
    assert "paper.tex:7" not in result.output and "1 derivation as proved now" in result.output


@pytest.mark.parametrize(
    ("source", "why"),
    [
        ("\n{{< derive nope >}}", "talk.qmd:2: there is no theorem 'nope'"),
        ("{{< derive kl_nonneg colour=red >}}", "talk.qmd:1: derive has no option colour; it has notation,"),
        ("{{< derive kl_nonneg join=1-2 join=2-3 >}}", "talk.qmd:1: join is given twice"),
        ("{{< derive  >}}", "talk.qmd:1: derive takes the name of one theorem, and there is none"),
        ("{{< derive kl_nonneg perplexity >}}", "talk.qmd:1: derive takes the name of one theorem, and these are 2"),
        ("{{< derive kl_nonneg notation=none >}}", "talk.qmd:1: "),
        ("{{< derive kl_nonneg where=perhaps >}}", "talk.qmd:1: where is yes or no"),
        ("{{< derive kl_nonneg]=]..os.exit() >}}", "talk.qmd:1: 'kl_nonneg]=]..os.exit()' is no name"),
        ("nothing", "no derivation is asked for"),
    ],
)  # fmt: skip
def test_what_cannot_be_embedded_is_refused_and_nothing_is_written(source: str, why: str) -> None:
    ask("talk.qmd", source)
    result = run("talk.qmd")
    assert result.exit_code == 2 and why in result.output
    assert [f.name for f in Path().iterdir()] == ["talk.qmd"]


def test_kinds_and_documents_that_there_are_not() -> None:
    ask("talk.doc", "x")
    assert "the kinds are quarto, latex" in run("talk.doc").output
    assert "there is no kind 'word'" in run("talk.doc", "--as", "word").output
    assert "there is no such file" in run("none.qmd").output
    ask("talk.txt", "{{< derive kl_nonneg >}}")
    assert run("talk.txt", "--as", "quarto").exit_code == 0


def test_calls_of_the_same_have_one_key_and_text_stays_text() -> None:
    ask("a.qmd", '{{< derive kl_nonneg join="1-2" notation=pr >}} {{< derive notation="pr" kl_nonneg join=1-2 >}}')
    one, other = calls("a.qmd", latex=False)
    assert one.key == other.key == "kl_nonneg notation=pr join=1-2"
    assert WAYS["quarto"].entry("a", "b]=] c") == "pages[ [=[\na]=] ] = [==[\nb]=] c]==]\n"
    assert for_the_web(r"\parbox[t]{16.0em}{\raggedright it $x$} \text{\small so}") == r"\text{it $x$} \text{so}"
