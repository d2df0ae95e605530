"""A derivation with cited theorems opened in place, lines joined, and read from its end: choices of the page, of which each line
is proved anew.

    reshaped(d, ["cross_entropy_one_hot"])     the lines of that theorem's proof instead of the line that cites it
    reshaped(d, join=["2-4"])                  lines 2 to 4 as one
    reshaped(d, reverse=True)                  from the right side of the claim to its left side

The numbers are those of the lines of the proof, with nothing opened.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from derive.board.declared import DECLARED
from derive.board.turned import turned, turned_block
from derive.errors import UserError
from derive.kernel import rules as r
from derive.kernel.terms import Term
from derive.kernel.theorem import Theorem, proof_steps
from derive.record import Block, Derivation, Line, Shape
from derive.tactics.context import Context
from derive.tactics.conv import everywhere
from derive.tactics.derived import chain
from derive.tactics.rewriting import Rule

NONE = "none"  # opens nothing, where the author wants something opened
ONCE = 40  # lines of a theorem that is opened; more are no help on a board


def presented(
    d: Derivation, expand: Sequence[str] = (), join: Sequence[str] = (), reverse: bool = False
) -> tuple[Derivation, Shape]:
    """The derivation as a page shows it, and how it was made so.  Without ``expand`` the theorems are opened that the author
    says; the word none opens nothing.

    Raises UserError as ``reshaped`` does.
    """
    if NONE in expand and len(expand) > 1:
        raise UserError(f"--expand {NONE} opens nothing; leave out {NONE}, or the others")
    wanted = () if NONE in expand else tuple(expand) or _of_author(d, join)
    return reshaped(d, wanted, join, reverse), Shape(" ".join(wanted), " ".join(join), reverse)


def _of_author(d: Derivation, join: Sequence[str]) -> tuple[str, ...]:
    """What the author wants opened, but for the lines that are to be joined."""
    numbers = {n for low, high in (_range(d, text) for text in join) for n in range(low, high + 1)}
    folded = {x.name for n, line in enumerate(d.lines, 1) if n in numbers for x in line.reasons}
    return tuple(name for name in d.opened if name not in folded)


def reshaped(d: Derivation, expand: Sequence[str] = (), join: Sequence[str] = (), reverse: bool = False) -> Derivation:
    """The derivation as it is asked for: ``expand`` has names and numbers of lines, ``join`` numbers and ranges such as 2-4; a
    number alone joins that line and the next.  ``reverse``: from the right side of the claim to its left side.

    Raises UserError for a line that there is not, for a citation that cannot be opened, and for a proof that is no chain.
    """
    ranges = [_range(d, text) for text in join]
    wanted = _lines_to_open(d, expand)
    for low, high in ranges:
        both = [n for n in wanted if low <= n <= high]
        if both:
            raise UserError(f"line {both[0]} of {d.name} is to be opened and to be joined; leave out one of them")
    out, count = [], 0
    for block in d.blocks:
        numbers = range(count + 1, count + len(block.lines) + 1)
        count += len(block.lines)
        out.append(block._replace(lines=tuple(_lines(d, block, numbers, wanted, ranges))))
    made = d._replace(blocks=tuple(out))
    return turned(made) if reverse else made


def cites(d: Derivation, name: str) -> bool:
    """Whether a line of the derivation has this reason."""
    return any(x.name == name for line in d.lines for x in line.reasons)


def _range(d: Derivation, text: str) -> tuple[int, int]:
    first, dash, last = text.partition("-")
    if not (first.isdecimal() and (last.isdecimal() or not dash)) or len(text) > 12:
        raise UserError(f"--join {text[:40]}: give the number of a line, or of two as in 2-4")
    low = int(first)
    high = int(last) if dash else low + 1
    total = len(d.lines)
    if not 1 <= low < high <= total:
        raise UserError(f"--join {text}: {d.name} has the lines 1 to {total}; join a line with one after it")
    block = next(b for b in d.blocks if d.lines[low - 1] in b.lines)
    if not all(line in block.lines for line in d.lines[low - 1 : high]):
        raise UserError(
            f"--join {text}: these lines of {d.name} stand in two parts of its proof; join lines of one part"
        )
    return low, high


def _lines_to_open(d: Derivation, expand: Sequence[str]) -> set[int]:
    out: set[int] = set()
    for text in expand:
        if text.isdecimal() and len(text) < 6:
            if not 1 <= int(text) <= len(d.lines):
                raise UserError(f"--expand {text}: {d.name} has the lines 1 to {len(d.lines)}")
            out.add(int(text))
            continue
        citing = [n for n, line in enumerate(d.lines, 1) if any(x.name == text for x in line.reasons)]
        if not citing:
            cited = dict.fromkeys(x.name for line in d.lines for x in line.reasons if x.kind == "theorem")
            known = f"it cites {', '.join(cited)}" if cited else "it cites no theorem"
            raise UserError(f"--expand {text[:60]}: no line of {d.name} cites it; {known}")
        out.update(citing)
    return out


def _lines(
    d: Derivation, block: Block, numbers: range, wanted: set[int], ranges: Sequence[tuple[int, int]]
) -> Iterator[Line]:
    before = block.start
    waiting = list(zip(numbers, block.lines, strict=True))
    while waiting:
        number, line = waiting.pop(0)
        end = next((high for low, high in ranges if low == number), number)
        if end > number:
            more = [waiting.pop(0)[1] for _ in range(end - number)]
            line = _joined(d, number, [line, *more])
            yield line
        elif number in wanted:
            yield from _opened(d, block, number, before, line)
        else:
            yield line
        before = line.term


# --- joining ---------------------------------------------------------------------------------------------------------


def _joined(d: Derivation, number: int, lines: Sequence[Line]) -> Line:
    """Several lines as one, with all their reasons."""
    theorems = [x.theorem for x in lines if x.theorem is not None]
    if len(theorems) < len(lines) or any(x.relation != "=" for x in lines):
        raise UserError(
            f"lines {number} to {number + len(lines) - 1} of {d.name} cannot be joined: only lines with = that are proved can"
        )
    reasons = tuple(dict.fromkeys(x for line in lines for x in line.reasons))
    used = tuple(dict.fromkeys(x for line in lines for x in line.used))
    return lines[-1]._replace(reasons=reasons, used=used, theorem=chain(*theorems))


# --- opening ---------------------------------------------------------------------------------------------------------


def _opened(d: Derivation, block: Block, number: int, before: Term, line: Line) -> Iterator[Line]:
    """The lines of the cited theorem where the line cites it, each in its surroundings."""
    entry, back = _cited(d, number, line)
    steps = _steps(d, number, entry, back)
    ctx = Context.of((*d.given, *block.assumes))
    known: Theorem | None = None  # before = the line that was written last
    for whole, inner in zip(_from_start(steps), steps, strict=True):
        made = everywhere(Rule(whole, entry.name))(before, ctx)
        if made is None:
            raise _closed(d, number, f"its formula is not found in the line before, as {entry.name} has it")
        after = made.concl.args[1]  # type: ignore[attr-defined]
        theorem = made if known is None else chain(r.sym(known), made)
        if any(h not in ctx.by_statement for h in made.hyps):
            raise _closed(d, number, f"{entry.name} rests on a condition that is not at hand line by line")
        known = made
        yield inner._replace(
            term=after, theorem=theorem, labels=line.labels if after == line.term else (),
            file=line.file, number=line.number,
        )  # fmt: skip
    if known is None or known.concl.args[1] != line.term:  # type: ignore[attr-defined]
        raise _closed(d, number, f"it does more than to use {entry.name}")


def _cited(d: Derivation, number: int, line: Line) -> tuple[Any, bool]:
    cited = [x for x in line.reasons if x.kind == "theorem"]
    if len(line.reasons) != 1 or not cited or line.relation != "=" or line.theorem is None:
        raise _closed(d, number, "only a line with = whose one reason is a theorem can be")
    return _named(d, number, cited[0].name, line.theorem), cited[0].reversed


def _named(d: Derivation, number: int, name: str, proof: Theorem) -> Any:
    """The theorem of this name, which was loaded where it is cited; of several in different files, the one that the line rests on."""
    own = [e for known in DECLARED.values() for e in known if e.kind == "theorem" and e.name == name]
    if len(own) > 1:
        steps = set(map(id, proof_steps(proof)))
        own = [e for e in own if e.is_proved and id(e.theorem) in steps]
    if not own:
        raise _closed(d, number, f"{name} is a lemma of the library")
    return own[0]


def _steps(d: Derivation, number: int, entry: Any, back: bool) -> tuple[Line, ...]:
    """The lines of the theorem's one chain, each with the theorem that leads to it; from its end where it is used right to
    left."""
    inner = entry.derivation
    lines = inner.lines
    if len(inner.blocks) != 1 or any(x.relation != "=" or x.theorem is None for x in lines) or len(lines) > ONCE:
        raise _closed(d, number, f"the proof of {entry.name} is no single chain of equations")
    return turned_block(inner.blocks[0]).lines if back else lines


def _from_start(steps: Iterable[Line]) -> Iterator[Theorem]:
    """first = each, in order."""
    whole: Theorem | None = None
    for line in steps:
        whole = _proved(line) if whole is None else chain(whole, _proved(line))
        yield whole


def _proved(line: Line) -> Theorem:
    assert line.theorem is not None
    return line.theorem


def _closed(d: Derivation, number: int, why: str) -> UserError:
    return UserError(f"line {number} of {d.name} cannot be opened: {why}; show the theorem that it cites before it")
