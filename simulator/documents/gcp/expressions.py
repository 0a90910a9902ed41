"""Expressions of Google Cloud: the Common Expression Language of IAM conditions, and that of Workflows.

A recursive-descent reader over one table of operators per language. It finds what a compiler would refuse for its form
(a stray operator, an open bracket or string) and returns the names that an expression uses; types are not inferred.
CEL: https://github.com/google/cel-spec/blob/master/doc/langdef.md. Workflows:
https://docs.cloud.google.com/workflows/docs/reference/syntax/expressions.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from simulator.documents.reader import Reader, tokens_of

MAX_NESTING = 50


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
    """Read an expression; raises :class:`Malformed`."""
    reader = _Reader(text, language)
    reader.expression(0)
    reader.end("an operator")
    return reader.found


class _Reader(Reader):
    nesting = MAX_NESTING

    def __init__(self, text: str, language: Language) -> None:
        tokens = [
            ("op" if kind == "name" and word in language.words else kind, word, place)
            for kind, word, place in tokens_of(text, language.token)
        ]
        super().__init__(tokens, len(text))
        self._language = language
        self.found = Expression()

    def expression(self, level: int) -> None:
        if level == 0:
            self.enter()
        self._binary(level)
        if level == 0:
            if self._language.ternary and self.take("?"):
                self._binary(0)
                self.need(":")
                self.expression(0)
            self.leave()

    def _binary(self, level: int) -> None:
        if level == len(self._language.binary):
            self._unary()
            return
        self._binary(level + 1)
        while self.take(*self._language.binary[level]):
            if level < 2:
                self.found.logical += 1
            self._binary(level + 1)

    def _unary(self) -> None:
        while self.take(*self._language.unary):
            pass
        self._member()

    def _member(self) -> None:
        name = self._primary()
        while True:
            if self.take("."):
                kind, word, _ = self.peek()
                if kind != "name":
                    raise self.unexpected("a name")
                self.skip()
                if self.take("("):
                    count = self._arguments(")")
                    self.found.calls.append((f"{name}.{word}" if name else f".{word}", count))
                    name = ""
                elif name:
                    name = f"{name}.{word}"
                    self.found.names[-1] = name
            elif self.take("["):
                self.expression(0)
                self.need("]")
                name = ""
            else:
                return

    def _primary(self) -> str:
        kind, word, _ = self.peek()
        if kind in ("string", "number"):
            self.skip()
            return ""
        if kind == "name":
            self.skip()
            if word in ("true", "false", "null", "True", "False", "TRUE", "FALSE"):
                return ""
            if self.take("("):
                self.found.calls.append((word, self._arguments(")")))
                return ""
            self.found.names.append(word)
            return word
        if self.take("("):
            self.expression(0)
            self.need(")")
        elif self.take("["):
            self._arguments("]")
        elif self._language.maps and self.take("{"):
            self._pairs()
        else:
            raise self.unexpected("a value")
        return ""

    def _arguments(self, closing: str) -> int:
        count = 0
        while not self.take(closing):
            if count:
                self.need(",")
                if closing == "]" and self.take(closing):
                    return count
            self.expression(0)
            count += 1
        return count

    def _pairs(self) -> None:
        first = True
        while not self.take("}"):
            if not first:
                self.need(",")
            first = False
            self.expression(0)
            self.need(":")
            self.expression(0)
