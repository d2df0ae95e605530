"""Values with named fields, cheap to define: what is laid out, and what stands on slides."""

from __future__ import annotations

from typing import Any, Self, TypeVar, dataclass_transform


@dataclass_transform(frozen_default=True)
class Value:
    """A value with the fields that its class names, as a frozen dataclass has them.

    Python writes and compiles code for each dataclass when its module is imported; these are imported by every command.
    """

    _fields: tuple[str, ...] = ()

    def __init_subclass__(cls) -> None:
        cls._fields = (*cls._fields, *(name for name in cls.__annotations__ if name not in cls._fields))

    def __init__(self, *values: Any, **named: Any) -> None:
        fields, own = self._fields, self.__dict__
        own.update(zip(fields, values, strict=False))
        own.update(named)
        fits = len(own) == len(values) + len(named)
        if len(own) < len(fields):
            own.update((f, getattr(type(self), f)) for f in fields if f not in own and hasattr(type(self), f))
        if not fits or len(own) != len(fields) or (named and own.keys() != set(fields)):
            raise TypeError(f"{type(self).__name__} has the fields {', '.join(fields)}")

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError(f"a {type(self).__name__} does not change")

    def __delattr__(self, name: str) -> None:
        raise AttributeError(f"a {type(self).__name__} does not change")

    def __eq__(self, other: object) -> bool:
        return type(self) is type(other) and self.__dict__ == other.__dict__

    def __hash__(self) -> int:
        return hash((type(self), *[self.__dict__[name] for name in self._fields]))

    def __repr__(self) -> str:
        return f"{type(self).__name__}({', '.join(f'{name}={self.__dict__[name]!r}' for name in self._fields)})"

    def with_(self, **changes: Any) -> Self:
        """The same, with other values of some fields."""
        return type(self)(**self.__dict__ | changes)


V = TypeVar("V", bound=Value)


def replace(value: V, **changes: Any) -> V:
    """The same, with other values of some fields: ``dataclasses.replace`` for these."""
    return value.with_(**changes)
