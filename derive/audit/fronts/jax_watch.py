"""What a program in JAX asks while it is traced that has another answer on numbers: of sizes, and by errors that it catches."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

from jax._src.export import shape_poly

from derive.audit.fronts.places import is_users
from derive.audit.model.trace import Trace, Unread

SIZE: Any = shape_poly._DimExpr  # JAX has no public name for the class of its symbolic sizes
_ANSWERS = ("__eq__", "__ne__", "__hash__", "__repr__", "__str__")


@contextmanager
def watched(trace: Trace) -> Iterator[None]:
    """Raises Unread for what depends on a size in a way that JAX does not refuse itself, and for errors of JAX's that are caught."""
    with _sizes_asked(trace), _none_caught():
        yield


@contextmanager
def _sizes_asked(trace: Trace) -> Iterator[None]:
    """JAX answers that T is not 1000, as it may be another number, and finds a size under no key.  Asked by the program, and by no
    function of JAX's, that is a branch on a size."""
    old = {name: getattr(SIZE, name) for name in _ANSWERS}
    thread = threading.get_ident()

    def asked(frame: FrameType) -> bool:
        return threading.get_ident() == thread and is_users(frame.f_code.co_filename)

    def equal(name: str) -> Callable[[Any, Any], Any]:
        def answer(self: Any, other: Any) -> Any:
            if asked(sys._getframe(1)) and not _decided(self, other, old["__eq__"]):
                sign = "==" if name == "__eq__" else "!="
                raise Unread(
                    f"if {_text(self)} {sign} {_text(other)}",
                    "the branch depends on a size; give it a number, and audit each branch by itself",
                )
            return old[name](self, other)

        return answer

    def key(self: Any) -> int:
        if asked(sys._getframe(1)):
            raise Unread(
                f"the size {_text(self)} as a key",
                "what stands under it depends on the number; give the size as a number",
            )
        return old["__hash__"](self)  # type: ignore[no-any-return]

    def text(name: str) -> Callable[[Any], str]:
        def written(self: Any) -> str:
            frame = sys._getframe(1)
            if asked(frame):
                where = f"{frame.f_code.co_filename.rpartition('/')[2]}:{frame.f_lineno}"
                trace.note(
                    f"{where}: the size {_text(self)} is made text; what depends on the text is not in the formula"
                )
            return old[name](self)  # type: ignore[no-any-return]

        return written

    def _text(x: Any) -> str:
        return str(old["__str__"](x)) if isinstance(x, SIZE) else repr(x)

    new = {
        "__eq__": equal("__eq__"),
        "__ne__": equal("__ne__"),
        "__hash__": key,
        "__repr__": text("__repr__"),
        "__str__": text("__str__"),
    }
    try:
        for name, answer in new.items():
            setattr(SIZE, name, answer)
        yield
    finally:
        for name, answer in old.items():
            setattr(SIZE, name, answer)


def _decided(size: Any, other: Any, equal: Callable[[Any, Any], bool]) -> bool:
    """Whether the two are equal for all sizes, or for none."""
    if not isinstance(other, (int, SIZE)) or equal(size, other):
        return True
    try:
        return bool(size > other or size < other)
    except Exception:  # an InconclusiveDimensionOperation
        return False


@contextmanager
def _none_caught() -> Iterator[None]:
    """A program must not catch an error by which JAX says that something is no number, and go another way than it goes on numbers.
    JAX catches many of its own, so those are looked for that come through a frame of the program."""
    seen: list[tuple[str, str]] = []

    def look(frame: FrameType, event: str, arg: Any) -> Any:
        if event == "exception" and arg[0].__module__.partition(".")[0] in ("jax", "jaxlib"):
            seen.append((arg[0].__name__, f"{frame.f_code.co_filename.rpartition('/')[2]}:{frame.f_lineno}"))
        return look

    outer = sys.gettrace()
    sys.settrace(lambda frame, event, arg: look if is_users(frame.f_code.co_filename) else None)
    try:
        yield
    finally:
        sys.settrace(outer)
    if seen:
        name, where = seen[0]
        raise Unread(f"what follows a caught {name}", "on numbers there is no such error; leave it uncaught", where)


__all__ = ["SIZE", "watched"]
