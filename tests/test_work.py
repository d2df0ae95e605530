"""Worked examples: every line has the value that it should, exactly, or the command fails."""

import dataclasses
from fractions import Fraction

import pytest
from click.testing import CliRunner

from derive import *
from derive.cli import main
from derive.language.letters import *
from derive.work import read_numbers, work_out


def work(name, text, tmp_path, suffix=".toml"):
    file = tmp_path / f"numbers{suffix}"
    file.write_text(text)
    return CliRunner().invoke(main, ["work", name, "--given", str(file)])


def test_a_word_is_a_token_where_something_says_which(tmp_path):
    numbers = 'y = "banana"\np = [0.5, 0.5]\n'
    out = work("cross_entropy_one_hot", numbers, tmp_path)
    assert out.exit_code == 2 and "nothing says which entry of p is that of it" in out.stderr
    assert "y = 2" in work("cross_entropy_one_hot", numbers + 'vocabulary = ["pear", "banana"]', tmp_path).output


def test_a_smoothed_loss_with_numbers(tmp_path):
    out = work("label_smoothing_residual", "y = 1\neps = 0.1\np = [0.5, 0.25, 0.25]", tmp_path).output
    assert "eps = 1/10" in out and "V = 3" in out
    assert "every line has the value that it should, exactly" in out
    assert out.count("0.739357") == 7  # ((1 - 1/15) + 4/30) log 2 = (16/15) log 2, on every line and of the claim


def test_exercise_1_from_log_probabilities(tmp_path):
    out = work("cross_entropy_is_nll", 'y = ["deep", "learning"]\nlog_p = [-0.7, -0.4]', tmp_path).output
    assert "11/10 ≈ 1.1" in out
    assert "shared by the other tokens" in out
    out = work("sequence_log_likelihood", "log_p = [-0.7, -0.4]", tmp_path).output
    assert "−11/10 ≈ −1.1" in out


def test_json_and_latex(tmp_path):
    file = tmp_path / "numbers.json"
    file.write_text('{"y": 2, "p": ["1/3", "2/3"]}')
    result = CliRunner().invoke(main, ["work", "cross_entropy_one_hot", "--given", str(file), "--as", "latex"])
    assert r"\begin{align*}" in result.output and "0.405465" in result.output


def test_an_inequality_and_an_equivalence(tmp_path):
    numbers = "V = 2\nq = [0.5, 0.5]\np = [0.25, 0.75]"
    assert "every line" in work("kl_nonneg", numbers, tmp_path).output
    assert "true" in work("kl_eq_zero_iff", "V = 2\nq = [0.5, 0.5]\np = [0.5, 0.5]", tmp_path).output


def test_a_line_that_does_not_agree_fails(tmp_path):
    from derive.proofs.cross_entropy import cross_entropy_one_hot

    derivation = cross_entropy_one_hot.check()
    block = derivation.blocks[0]
    broken = block._replace(lines=(*block.lines[:2], block.lines[2]._replace(term=log(p[y]))))
    worked = work_out(derivation._replace(blocks=(broken,)), {"y": 1, "p": [Fraction(1, 2), Fraction(1, 2)]})
    assert len(worked.wrong) == 1
    assert dataclasses.is_dataclass(worked)


def test_what_a_theorem_does_not_ask_for_is_a_note(tmp_path):
    out = work("cross_entropy_one_hot", "y = 1\np = [0.4, 0.5]", tmp_path)
    assert out.exit_code == 0
    assert "p sums to 9/10, not to 1: no distribution over tokens, which the theorem does not ask for" in out.output
    assert "every line has the value that it should, exactly" in out.output
    asked = work("kl_nonneg", "q = [0.5, 0.5]\np = [0.4, 0.5]", tmp_path)
    assert asked.exit_code == 2
    assert "p sums to 9/10, not to 1, and kl_nonneg asks for it" in asked.output
    assert 'Write fractions as strings, such as "1/3"' in asked.output


def test_lists_of_different_length_are_told_apart(tmp_path):
    out = work("kl_nonneg", "q = [0.5, 0.25, 0.25]\np = [0.5, 0.5]", tmp_path)
    assert "has 3 entries, and V is 2" in out.output


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("V = 3\np = [0.5, 0.25]", "y is missing"),
        ("y = 1\nV = 3\np = [0.5, 0.25]", "p has 2 entries, and V is 3: one entry belongs to each token"),
        ("y = 1\nV = 1\np = [0.5, 0.5]", "p has 2 entries, and V is 1"),
        ("y = 1\np = [1.2, -0.2]", "p[2] is -1/5, and a probability is not negative"),
        ("y = 3\np = [0.5, 0.5]", "these numbers break a condition of cross_entropy_one_hot: "),
        ("y = 1.5\np = [0.5, 0.5]", "y must be a whole number"),
        ("p = [0.5, 0.5]", "y is missing"),
        ("y = 1", "V is missing" if False else "missing"),
        ("y = 1\np = []", "p is empty"),
        ("y = 1\np = 0.5", "p must be a list"),
        ("y = 1\np = [0.5, true]", "p[2] must be a number, not true or false"),
        ("y = 1\np = [0.5, nan]", "nan is not a number that can be calculated with"),
        ("y = 1\np = [0.5, inf]", "inf is not a number that can be calculated with"),
        ("y = 1\np = [0.5, 1e9999999]", "too large"),
        ("y = 1\nlog_p = [0.5, -1]", "log_p[1] is 1/2, and a log-probability is at most 0"),
        ("y = 1\np = [0.5, 0.5]\nzz = 3", "cross_entropy_one_hot has no zz"),
        ("y = 1\np = [0.5, '__import__(\"os\")']", "p[2] must be a number"),
        ("y = 1\np = [" + "0.5, " * 300 + "]", "at most 200"),
        ("y = = 1", "this is not TOML"),
        ("[" * 5000, "TOML"),
        ("y = 1\np = " + "[" * 5000, "its lists or tables are nested too deeply"),
        ('y = 1\np = ["1e5000", "1/2"]', "p[1]: the number 1e5000 is too large, too small or too long"),
        (
            'y = 1\np = ["1e999999999", "1/2"]',
            "numbers are worked out exactly, with at most 400 digits before the point",
        ),
        ('y = 1\np = ["1e-99999", "1/2"]', "p[1]: the number 1e-99999 is too large, too small"),
        ("y = 1\np = [0.5, 0x" + "f" * 2000 + "]", "p[2]: the number 0xffffffffffffffffff... is too large"),
        ("y = 1\np = [0.5, " + "9" * 401 + "]", "p[2]: the number 0x"),
        ("y = 50256\np = [0.5, 0.5]", "y = 50256 is too large for a worked example, which writes every term out"),
        ("y = 1\nV = 1e300\np = [0.5, 0.5]", "V = about 1e300 is too large"),
        ("y = 1" + ".a" * 50_000 + " = 1", "this is not TOML: a key has 16 parts or more"),
        ('y."\\u0061 #".' + "'b'. " * 20 + "c = 1", "a key has 16 parts or more"),
        ("# " + "x" * 1_000_000, "numbers.toml is larger than 1 MB"),
    ],
)
def test_bad_numbers_are_one_clear_paragraph(tmp_path, text, says):
    result = work("cross_entropy_one_hot", text, tmp_path)
    assert result.exit_code == 2
    assert says in result.stderr
    assert "Traceback" not in result.stderr and result.stdout == ""


def test_dots_in_texts_and_comments_are_no_parts_of_a_key(tmp_path):
    dots = "a." * 50
    for text in (f"'{dots}'", f'"{dots}"', f'"""\n{dots}"" \\"""" # {dots}', f"'''\n{dots}'''", "1.5"):
        assert (
            "cross_entropy_one_hot has no zz"
            in work("cross_entropy_one_hot", f"zz = {text}\ny = 1\np = [1]", tmp_path).stderr
        )


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("y = [1000, 1]\nV = 6000\nlog_p = [-1, -2]", "log_p has 12000 probabilities"),
        ("y = [50256, 1]\nlog_p = [-1, -2]", "number the tokens from 1 on as they occur, or give them as words"),
        ("y = [1]\np = [" + ("[" + "0.01, " * 100 + "],") * 101 + "]", "p has 10100 probabilities"),
    ],
)
def test_more_numbers_than_can_be_worked_out_are_refused_at_once(tmp_path, text, says):
    result = work("cross_entropy_is_nll", text, tmp_path)
    assert result.exit_code == 2
    assert says in result.stderr


def test_a_long_sum_is_worked_out_and_not_written_out(tmp_path):
    numbers = f"y = [{'1, ' * 70}]\np = [{'[0.5, 0.5],' * 70}]"
    out = work("cross_entropy_is_nll", numbers, tmp_path).output
    assert "70 log 2 ≈ 48.5203" in out
    assert "every line has the value that it should, exactly" in out
    assert "log(1/2) + " not in out


def test_a_device_without_an_end_is_not_read_to_it():
    result = CliRunner().invoke(main, ["work", "cross_entropy_one_hot", "--given", "/dev/zero"])
    assert result.exit_code == 2
    assert "/dev/zero is larger than 1 MB" in result.stderr
    result = CliRunner().invoke(main, ["work", "cross_entropy_one_hot", "--given", "-"], input="#" * 1_000_001)
    assert "the standard input is larger than 1 MB" in result.stderr


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ('{"y": 1, "p": [NaN, 1]}', "NaN is not a number"),
        ('{"y": 1, "p": [0.5, null]}', "p[2] must be a number, not null"),
        ('{"y": 1, "y": 2, "p": [1]}', "y is given twice"),
        ("[1, 2]", "the top must be a table"),
        ("{", "this is not JSON"),
        ("[" * 100000, "nested too deeply"),
        ('{"y": 1, "p": [' + "9" * 401 + ", 1]}", "the number 99999999999999999999... is too large"),
    ],
)
def test_bad_json_is_one_clear_paragraph(tmp_path, text, says):
    result = work("cross_entropy_one_hot", text, tmp_path, ".json")
    assert result.exit_code == 2
    assert says in result.stderr


def test_numbers_are_exact(tmp_path):
    file = tmp_path / "n.toml"
    file.write_text("eps = 0.1\np = [0.3, 7e-1]")
    assert read_numbers(str(file)) == {"eps": Fraction(1, 10), "p": [Fraction(3, 10), Fraction(7, 10)]}
