"""Derivations in documents of one's own: pandoc and pdflatex find them, and a check says whether they are still true."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from needs import need

from derive.board.catalogue import find_theorem
from derive.board.excerpt import excerpt
from derive.cli import main
from derive.embed.calls import Call, directives, shortcodes
from derive.embed.pages import pages
from derive.embed.web import for_the_web
from derive.embed.write import WAYS
from derive.errors import UserError
from derive.kernel.theorem import Theorem

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
    assert "the kinds are quarto, myst, sphinx, latex" in run("talk.doc").output
    assert "there is no kind 'word'" in run("talk.doc", "--as", "word").output
    assert "there is no such file" in run("none.qmd").output
    ask("talk.txt", "{{< derive kl_nonneg >}}")
    assert run("talk.txt", "--as", "quarto").exit_code == 0


def test_calls_of_the_same_have_one_key_and_text_stays_text() -> None:
    source = '{{< derive kl_nonneg join="1-2" notation=pr >}} {{< derive notation="pr" kl_nonneg join=1-2 >}}'
    one, other = shortcodes("a.qmd", source)
    assert one.key == other.key == "kl_nonneg notation=pr join=1-2"
    assert WAYS["quarto"].entry("a", "b]=] c") == "pages[ [=[\na]=] ] = [==[\nb]=] c]==]\n"
    assert (
        for_the_web(r"\parbox[t]{16.0em}{\raggedright it $x$} \qquad\text{\small so}")
        == r"\text{it $x$} \qquad{}\text{so}"
    )


def test_tex_finds_options_in_the_order_in_which_they_are_written() -> None:
    ask("paper.tex", "\\derive[where=yes, notation=pr]{kl_nonneg}")
    assert run("paper.tex").exit_code == 0
    assert r"\@namedef{derive@where=yes,notation=pr@kl_nonneg}" in Path("derive-embed.tex").read_text("utf-8")


# --- MyST -------------------------------------------------------------------------------------------------------------

MYST = """# A page

```{derive} label_smoothing_residual
:where: yes
```

::::{note}
:::{derive} cross_entropy_is_nll
:notation: pr
:lines: 2-3
:::
::::

````md
```{derive} not_this
```
````

```{code-block} md
:::{derive} nor_this
:::
```
"""


def test_a_myst_document_asks_with_a_directive_and_not_in_code() -> None:
    found = list(directives("page.md", MYST))
    assert [(c.where, c.key) for c in found] == [
        ("page.md:3", "label_smoothing_residual where=yes"),
        ("page.md:8", "cross_entropy_is_nll notation=pr lines=2-3"),
    ]
    for source, why in (
        ("```{derive} a\nsome text\n```", "page.md:2: in a {derive} stand options only"),
        ("\n```{derive} a\n:where: yes", "page.md:2: this {derive} does not end"),
        ("```{derive}\n```", "page.md:1: derive takes the name of one theorem, and there is none"),
    ):
        with pytest.raises(UserError, match=why):
            list(directives("page.md", source))


def test_mystmd_gets_the_page_or_an_error_with_its_place() -> None:
    ask("page.md", MYST)
    assert run("page.md").output == "wrote _derive.mjs: 2 derivations\n"
    assert run("--check", "page.md").output == "2 derivations as proved now\n"
    ask(
        "try.mjs",
        "import plugin from './_derive.mjs'\nconst [derive] = plugin.directives, said = []\n"
        "const file = { message: (words) => { said.push(words); return {} } }\n"
        "const context = { parseMyst: (text) => ({ children: [text] }) }\n"
        "const [page] = derive.run({ arg: 'cross_entropy_is_nll ', options: { lines: '2-3', notation: 'pr' } }, file, context)\n"
        "derive.run({ arg: 'kl_nonneg' }, file, context)\nconsole.log(page + said)\n",
    )
    done = subprocess.run([need("node", "nodejs"), "try.mjs"], capture_output=True, text=True, check=False)
    assert done.stdout.startswith("**Theorem** (`cross_entropy_is_nll, lines 2 to 3`).\nUnder {math}`"), done.stderr
    assert done.stdout.endswith("there is no derivation for 'kl_nonneg'; run derive embed on this document again\n")


def test_sphinx_gets_the_page_as_formulas_and_words() -> None:
    from docutils.core import publish_doctree
    from docutils.parsers.rst.directives import register_directive
    from myst_parser.docutils_ import Parser

    ask("page.md", MYST)
    assert run("--as", "sphinx", "page.md").output == "wrote _derive.py: 2 derivations\n"
    made: dict[str, Any] = {}
    exec(Path("_derive.py").read_text("utf-8"), made)
    register_directive("derive", made["Derive"])
    settings = {"myst_enable_extensions": ["colon_fence"], "report_level": 2, "halt_level": 2}
    tree = publish_doctree(MYST, parser=Parser(), settings_overrides=settings)
    shown = [node.astext() for node in tree.findall() if node.tagname == "math_block"]
    assert len(shown) == 4 and all(x.startswith(r"\begin{aligned}") and x.endswith(r"\end{aligned}") for x in shown)
    assert [node.astext() for node in tree.findall() if node.tagname == "emphasis"][1:] == ["Proof.", "Proof."]


@pytest.mark.parametrize("name", ["cross_entropy_one_hot", "kl_nonneg"])
def test_what_stands_in_a_document_is_read_back_in_its_own_form(name: str) -> None:
    """A formula that is changed on its way is seen."""
    call = Call("page.md:1", name, (("where", "yes"),))
    for way in (WAYS["myst"], WAYS["quarto"]):
        assert pages([call], Path(), way)[call.key]
        broken = way._replace(
            shown=lambda page, way=way: way.shown(page).replace("&=", r"&\le", 1).replace(r"&\le ", r"&< ", 1)
        )
        with pytest.raises(UserError, match=r"page\.md:1"):
            pages([call], Path(), broken)


# --- some lines of a proof --------------------------------------------------------------------------------------------


def test_some_lines_claim_what_they_prove() -> None:
    whole = find_theorem("cross_entropy_is_nll").derivation
    part = excerpt(whole, "2-3")
    first, last = whole.blocks[-1].lines[0].term, whole.blocks[-1].lines[2].term
    assert part.claim.args == (first, last) and part.name == "cross_entropy_is_nll, lines 2 to 3" and not part.summary
    assert isinstance(part.theorem, Theorem) and part.theorem.concl == part.claim
    assert set(part.theorem.hyps) <= set(part.given)


@pytest.mark.parametrize(
    ("lines", "why"),
    [
        ("0", "has the lines 1 to 4"),
        ("2-9", "has the lines 1 to 4"),
        ("3-2", "has the lines 1 to 4"),
        ("two", "give the number of a line, or of two as in 2-4"),
    ],
)
def test_lines_that_there_are_not(lines: str, why: str) -> None:
    with pytest.raises(UserError, match=why):
        excerpt(find_theorem("cross_entropy_is_nll").derivation, lines)
