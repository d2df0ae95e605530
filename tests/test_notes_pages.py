"""Short pages without declarations, as people write them: what is said of each relation, and that a slip in one is not proved."""

from __future__ import annotations

from typing import NamedTuple

import pytest

from derive.notes.document.read import document_of
from derive.notes.judge.judge import judge_notes
from derive.notes.judge.verdict import Verdict
from derive.notes.meaning.notes import read_notes

SOFTMAX = r"$$a_j = \frac{e^{z_j}}{\sum_k e^{z_k}}$$" + "\n\n"


class Page(NamedTuple):
    text: str
    said: str  # the first letters of the verdicts
    slip: tuple[str, str]  # what is written wrongly in the last row


PAGES = {
    "an index of a family that is summed is one of the summed": Page(
        SOFTMAX + r"$$ \frac{\partial a_j}{\partial z_i} = a_i(1 - a_i), \quad i = j $$"
        "\n"
        r"$$ \frac{\partial a_j}{\partial z_i} = -a_i a_j, \quad i \neq j $$",
        "d pc pc",
        ("-a_i", "a_i"),
    ),
    "the target is one-hot in words, and the letter of the sum stands free": Page(
        r"Let $z$ be logits, $p = \text{softmax}(z)$ and $y$ be one-hot. With $L = -\sum_k y_k \log p_k$ we get"
        "\n\n"
        r"$$ \frac{\partial L}{\partial z_k} = p_k - y_k $$",
        "p",
        ("p_k - y_k", "y_k - p_k"),
    ),
    "the correct class is named": Page(
        r"We use one-hot labels $y_k$, and $t$ denotes the index of the true class. The model gives $p = \mathrm{softmax}(z)$."
        "\n\n"
        r"$$ \ell = -\sum_k y_k \log p_k = -\log p_t = -z_t + \log \sum_k e^{z_k} $$",
        "dpp",
        ("-z_t +", "z_t +"),
    ),
    "names of functions typed letter by letter": Page(
        SOFTMAX + r"$$ log(a_j) = z_j - log(\sum_k e^{z_k}) $$", "d p", ("z_j - log", "z_j + log")
    ),
    "a letter above a name is a mark where the page has it nowhere else": Page(
        r"Here $a_{ic} = e^{z_{ic}^o} / \sum_d e^{z_{id}^o}$ and $\sum_c y_{ic} = 1$." "\n\n"
        r"$$ J = -\sum_{i=0}^{n-1} \sum_{c=0}^{C-1} y_{ic} \log a_{ic} $$" "\n\n"
        r"$$ J = -\sum_i \sum_c y_{ic} z_{ic}^o + \sum_i \log \sum_d e^{z_{id}^o} $$",
        "d u",
        ("+ \\sum_i", "- \\sum_i"),
    ),
    "values of one letter with an index, and the letter alone": Page(
        r"$$ r(x, y) = \beta \log \frac{\pi(y \mid x)}{\pi_{ref}(y \mid x)} + \beta \log Z(x) $$" "\n\n"
        r"$$ r(x, y_w) - r(x, y_l) = \beta \log \frac{\pi(y_w \mid x)}{\pi_{ref}(y_w \mid x)}"
        r" - \beta \log \frac{\pi(y_l \mid x)}{\pi_{ref}(y_l \mid x)} $$",
        "d p",
        ("- \\beta", "+ \\beta"),
    ),
    "labels are two things": Page(
        r"$$ \mathcal{L} = -\log \sigma(r_w - r_l) $$" "\n\n"
        r"$$ \frac{\partial \mathcal{L}}{\partial r_w} = -\sigma(r_l - r_w) $$",
        "d p",
        ("-\\sigma(r_l", "\\sigma(r_l"),
    ),
    "the law of a mean stands without its condition": Page(
        r"$$ \mathbb{E}_{a \sim \pi_\theta}[b(s) \nabla_\theta \log \pi_\theta(a|s)] = b(s) \sum_a \nabla_\theta \pi_\theta(a|s) = 0 $$",
        "pp",
        ("= 0", "= b(s)"),
    ),
    "T is a temperature and not a transposition, and p_i is p_i(T)": Page(
        r"$$ p_i(T) = \frac{e^{z_i/T}}{\sum_j e^{z_j/T}} $$" "\n\n"
        r"$$ \frac{\partial \log p_i}{\partial z_k} = \frac{1}{T} (\delta_{ik} - p_k) $$",
        "d p",
        (r"\delta_{ik} - p_k", r"\delta_{ik} + p_k"),
    ),
    "a target that becomes something, and uniform weights": Page(
        r"The target becomes $q'_k = (1-\epsilon) q_k + \frac{\epsilon}{K}$, so" "\n\n"
        r"$$ H(q', p) = -\sum_{k=1}^K q'_k \log p_k = (1-\epsilon) H(q, p) + \epsilon H(u, p) $$" "\n\n"
        r"where $u_k = 1/K$.",
        "pp",
        (r"+ \epsilon H", r"- \epsilon H"),
    ),
    "perplexity in bits": Page(
        r"$$ \mathrm{PPL}(x) = \exp\left(-\frac{1}{T} \sum_{t=1}^T \log p(x_t | x_{<t})\right) $$" "\n\n"
        r"$$ \log_2 \mathrm{PPL}(x) = -\frac{1}{T}\sum_{t=1}^T \log_2 p(x_t | x_{<t}) $$",
        "d p",
        (r"= -\frac{1}{T}\sum_{t=1}^T \log_2", r"= -\frac{1}{T}\sum_{t=1}^T \log"),
    ),
    "random variables of which only entropies speak": Page(
        r"$$ H(X, Y) = H(X) + H(Y \mid X) $$" "\n\n" r"$$ I(X; Y) = H(X) + H(Y) - H(X, Y) $$",
        "pp",
        ("- H(X, Y)", "+ H(X, Y)"),
    ),
    "a law P whose values are written p(x)": Page(
        r"$$ D_{KL}(P \| Q) = E_{x \sim P} \left[ \log \frac{p(x)}{q(x)} \right] $$",
        "p",
        (r"\frac{p(x)}{q(x)}", r"\frac{q(x)}{p(x)}"),
    ),
    "names that differ by a number": Page(
        r"$$ k_1 = -\log r, \quad k_2 = \frac{1}{2} (\log r)^2, \quad k_3 = (r - 1) - \log r $$" "\n\n" r"$$ k_3 \ge 0 $$",
        "dddp",
        ("k_3 \\ge", "k_1 \\ge"),
    ),
    "a quantity called by its first letters": Page(
        r"$$ PPL = e^{\frac{1}{N} NLL} $$" "\n\n" r"$$ \log PPL = \frac{NLL}{N} $$",
        "dp",
        ("{NLL}{N}", "{N}{NLL}"),
    ),
    "two capitals before a bracket, of which one stands nowhere else": Page(
        r"$$ FL(p) = -(1-p)^\gamma \log p $$" "\n\n"
        r"$$ \frac{d}{dp} FL(p) = \gamma (1-p)^{\gamma - 1} \log p - \frac{(1-p)^\gamma}{p} $$",
        "dp",
        ("- \\frac{(1-p)", "+ \\frac{(1-p)"),
    ),
    "an estimate is a random number": Page(
        r"$$ \mathbb{E}[(\hat\theta - \theta)^2] = (\mathbb{E}[\hat\theta] - \theta)^2 + \mathrm{Var}(\hat\theta) $$",
        "p",
        ("+ \\mathrm", "- \\mathrm"),
    ),
}  # fmt: skip


def verdicts(text: str) -> list[Verdict]:
    report = judge_notes(read_notes(document_of("page.md", text)))
    return [row.verdict for row in report if row.verdict is not None]


@pytest.mark.parametrize("name", PAGES)
def test_what_is_said_of_a_page(name: str) -> None:
    page = PAGES[name]
    assert "".join(v.kind[0] for v in verdicts(page.text)) == page.said.replace(" ", "")


@pytest.mark.parametrize("name", PAGES)
def test_a_slip_in_the_last_row_is_not_proved(name: str) -> None:
    page = PAGES[name]
    before, found, after = page.text.rpartition(page.slip[0])
    assert found
    last = [v for v in verdicts(before + page.slip[1] + after) if v.kind != "condition"][-1]
    assert last.kind in ("false", "unproved") and last.missing is None, last


def test_a_condition_with_which_a_row_is_proved_is_named_and_the_row_is_not_proved() -> None:
    page = SOFTMAX + r"$$ -\sum_k y_k \log a_k = \log \sum_k e^{z_k} - \sum_k y_k z_k $$"
    last = verdicts(page)[-1]
    assert last.kind == "unproved" and str(last.missing) == "sum(k=1..N_a, y[k]) = 1"
    one = SOFTMAX + r"$$ -\sum_i y_i \log a_i = -\log a_k $$"
    assert str(verdicts(one)[-1].missing) == "for all j: 1 <= j => j <= N_a => y[j] = [j = k]"
    assert verdicts(r"$$ \sum_{k=1}^n a_k = 1 $$")[-1].missing is None, "a row is no condition of its own"


FALSE = {
    "of a softmax": (SOFTMAX, (r"\frac{\partial a_c}{\partial z_k} = -a_c a_k", r"\sum_{k \ne c} a_k = 1 - a_d", r"\sum_k a_k^2 = (\sum_k a_k)^2")),
    "of a one-hot target": ("Let $y$ be one-hot and $c$ the correct class.\n\n", (r"-\sum_k y_k \log p_k = -\log p_d", r"\sum_k y_k^2 = 2", "y_c = 0")),
    "of random variables": ("", ("H(X, Y) = H(X) + H(Y)", r"H(X \mid Y) = H(Y \mid X)", r"H(X, Y) \le H(X)")),
    "of laws by their densities": (r"$$D_{KL}(P\|Q) = E_{x \sim P}[\log p(x) - \log q(x)]$$" + "\n\n", (r"D_{KL}(P\|Q) = D_{KL}(Q\|P)", r"E_{x \sim P}[f(x)] = E_{x \sim Q}[f(x)]")),
    "of labels": (r"$$L = -\log \sigma(r_w - r_l)$$" + "\n\n", (r"\frac{\partial L}{\partial r_w} = \frac{\partial L}{\partial r_l}", "r_w - r_l = r_l - r_w")),
    "of marks and estimates": ("", ("x_i^o x_j^o = x_i x_j", r"\mathbb{E}[\hat\theta] = \theta", r"\mathbb{E}_{a \sim \pi}[\log \pi(a|s)] = 0")),
}  # fmt: skip


@pytest.mark.parametrize("name", FALSE)
def test_no_reading_of_what_a_page_leaves_out_proves_what_is_false(name: str) -> None:
    before, rows = FALSE[name]
    found = verdicts(before + "\n\n".join(f"$${row}$$" for row in rows))[-len(rows) :]
    assert all(v.kind in ("false", "unproved") and v.missing is None for v in found), found
