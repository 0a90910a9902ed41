"""Expressions of Google Cloud: the Common Expression Language of IAM conditions, and that of Workflows.

A recursive-descent reader over one table of operators per language. It finds what a compiler would refuse for its form
(a stray operator, an open bracket or string) and returns the names that an expression uses; types are not inferred.
CEL: https://github.com/google/cel-spec/blob/master/doc/langdef.md. Workflows:
https://docs.cloud.google.com/workflows/docs/reference/syntax/expressions.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

MAX_NESTING = 50


class ExpressionError(ValueError):
    """The expression is malformed: what is wrong, and where in the text (characters from 0)."""


@dataclass(frozen=True)
class Language:
    """What differs between the two languages."""

    token: re.Pattern[str]
    binary: tuple[frozenset[str], ...]
    """Binary operators from the loosest to the tightest."""
    unary: frozenset[str]
    ternary: bool
    maps: bool
    words: frozenset[str]
    """Operators that are written as words."""


_QUOTED = r"""\"\"\"(?:[^\\]|\\.)*?\"\"\"|'''(?:[^\\]|\\.)*?'''|"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'"""
_STRING = rf"(?:[rR]|[bB][rR]?)?(?:{_QUOTED})"
_NUMBER = r"\d+\.\d+(?:[eE][+-]?\d+)?|\d+[eE][+-]?\d+|0[xX][0-9a-fA-F]+u?|\d+u?"

CEL = Language(
    token=re.compile(
        rf"\s+|//[^\n]*|(?P<string>{_STRING})|(?P<number>{_NUMBER})|(?P<name>[A-Za-z_]\w*)"
        r"|(?P<op>==|!=|<=|>=|&&|\|\||[-+*/%<>!?:.,()\[\]{}])",
        re.DOTALL,
    ),
    binary=(
        frozenset({"||"}),
        frozenset({"&&"}),
        frozenset({"==", "!=", "<", "<=", ">", ">=", "in"}),
        frozenset({"+", "-"}),
        frozenset({"*", "/", "%"}),
    ),
    unary=frozenset({"!", "-"}),
    ternary=True,
    maps=True,
    words=frozenset({"in"}),
)

WORKFLOWS = Language(
    token=re.compile(
        r"\s+|(?P<string>\"(?:[^\"\\]|\\.)*\"|'(?:[^'\\]|\\.)*')|(?P<number>\d+\.\d+(?:[eE][+-]?\d+)?|\d+)"
        r"|(?P<name>[A-Za-z_]\w*)|(?P<op>==|!=|<=|>=|//|[-+*/%<>.,()\[\]])",
        re.DOTALL,
    ),
    binary=(
        frozenset({"or"}),
        frozenset({"and"}),
        frozenset({"==", "!=", "<", "<=", ">", ">=", "in"}),
        frozenset({"+", "-"}),
        frozenset({"*", "/", "%", "//"}),
    ),
    unary=frozenset({"not", "-", "+"}),
    ternary=False,
    maps=False,
    words=frozenset({"or", "and", "not", "in"}),
)


@dataclass
class Expression:
    """What an expression uses."""

    names: list[str] = field(default_factory=list)
    """Dotted names at the head of a term (``resource.type``); of a call, the name called."""
    calls: list[tuple[str, int]] = field(default_factory=list)
    """Names called as functions, methods with a dot before them, with the number of arguments."""
    logical: int = 0
    """Number of ``&&``, ``||``, ``and``, ``or``."""


def parse(text: str, language: Language) -> Expression:
    """Read an expression; raises :class:`ExpressionError`."""
    reader = _Reader(_tokens(text, language), language, len(text))
    reader.expression(0)
    reader.end()
    return reader.found


def _tokens(text: str, language: Language) -> list[tuple[str, str, int]]:
    tokens: list[tuple[str, str, int]] = []
    position = 0
    while position < len(text):
        found = language.token.match(text, position)
        if found is None:
            what = "a string is not closed" if text[position] in "\"'" else f"unexpected '{text[position]}'"
            raise ExpressionError(f"{what} at character {position}")
        kind = found.lastgroup
        if kind is not None:
            word = found.group()
            if kind == "name" and word in language.words:
                kind = "op"
            tokens.append((kind, word, position))
        position = found.end()
    return tokens


class _Reader:
    def __init__(self, tokens: list[tuple[str, str, int]], language: Language, length: int) -> None:
        self._tokens = tokens
        self._language = language
        self._length = length
        self._at = 0
        self._depth = 0
        self.found = Expression()

    def _peek(self) -> tuple[str, str, int]:
        return self._tokens[self._at] if self._at < len(self._tokens) else ("end", "", self._length)

    def _take(self, *ops: str) -> str:
        kind, word, _ = self._peek()
        if kind == "op" and word in ops:
            self._at += 1
            return word
        return ""

    def _need(self, op: str) -> None:
        if not self._take(op):
            raise self._unexpected(f"'{op}'")

    def _unexpected(self, wanted: str) -> ExpressionError:
        kind, word, position = self._peek()
        got = "the end" if kind == "end" else f"'{word}' at character {position}"
        return ExpressionError(f"expected {wanted}, got {got}")

    def end(self) -> None:
        if self._peek()[0] != "end":
            raise self._unexpected("an operator or the end")

    def expression(self, level: int) -> None:
        if level == 0:
            self._depth += 1
            if self._depth > MAX_NESTING:
                raise ExpressionError(f"it is nested deeper than {MAX_NESTING} levels")
        self._binary(level)
        if level == 0:
            if self._language.ternary and self._take("?"):
                self._binary(0)
                self._need(":")
                self.expression(0)
            self._depth -= 1

    def _binary(self, level: int) -> None:
        if level == len(self._language.binary):
            self._unary()
            return
        self._binary(level + 1)
        while self._take(*self._language.binary[level]):
            if level < 2:
                self.found.logical += 1
            self._binary(level + 1)

    def _unary(self) -> None:
        while self._take(*self._language.unary):
            pass
        self._member()

    def _member(self) -> None:
        name = self._primary()
        while True:
            if self._take("."):
                kind, word, _ = self._peek()
                if kind != "name":
                    raise self._unexpected("a name")
                self._at += 1
                if self._take("("):
                    count = self._arguments(")")
                    self.found.calls.append((f"{name}.{word}" if name else f".{word}", count))
                    name = ""
                elif name:
                    name = f"{name}.{word}"
                    self.found.names[-1] = name
            elif self._take("["):
                self.expression(0)
                self._need("]")
                name = ""
            else:
                return

    def _primary(self) -> str:
        kind, word, _ = self._peek()
        if kind in ("string", "number"):
            self._at += 1
            return ""
        if kind == "name":
            self._at += 1
            if word in ("true", "false", "null", "True", "False", "TRUE", "FALSE"):
                return ""
            if self._take("("):
                self.found.calls.append((word, self._arguments(")")))
                return ""
            self.found.names.append(word)
            return word
        if self._take("("):
            self.expression(0)
            self._need(")")
        elif self._take("["):
            self._arguments("]")
        elif self._language.maps and self._take("{"):
            self._pairs()
        else:
            raise self._unexpected("a value")
        return ""

    def _arguments(self, closing: str) -> int:
        count = 0
        while not self._take(closing):
            if count:
                self._need(",")
                if closing == "]" and self._take(closing):
                    return count
            self.expression(0)
            count += 1
        return count

    def _pairs(self) -> None:
        first = True
        while not self._take("}"):
            if not first:
                self._need(",")
            first = False
            self.expression(0)
            self._need(":")
            self.expression(0)
