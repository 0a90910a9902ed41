"""Reads a text token by token: what the readers of expressions, filters and conditions have in common.

A grammar derives from :class:`Reader` and reads its rules by recursive descent.
"""

from __future__ import annotations

import re
from typing import ClassVar

Token = tuple[str, str, int]
"""Kind, text, and place in the text (characters from 0)."""


class Malformed(ValueError):
    """The text is malformed: what is wrong and where, what would be allowed, and a hint."""

    def __init__(self, what: str, allowed: str = "", hint: str = "") -> None:
        super().__init__(what)
        self.allowed = allowed
        self.hint = hint


def tokens_of(text: str, token: re.Pattern[str], quotes: str = "\"'") -> list[Token]:
    """Return the tokens of a text; the kind is the group of ``token`` that matched, and what matches none is skipped.

    Raises :class:`Malformed` where nothing matches; what begins with one of the ``quotes`` is a string left open.
    """
    tokens: list[Token] = []
    position = 0
    while position < len(text):
        found = token.match(text, position)
        if found is None:
            what = "a string is not closed" if text[position] in quotes else f"unexpected '{text[position]}'"
            raise Malformed(f"{what} at character {position}")
        if found.lastgroup is not None:
            tokens.append((found.lastgroup, found.group(), position))
        position = found.end()
    return tokens


class Reader:
    """A place in the tokens of a text. Text in quotes keeps them, so it is never taken for an operator."""

    nesting: ClassVar[int] = 40
    """Levels of brackets that are read."""

    def __init__(self, tokens: list[Token], length: int) -> None:
        """``length``: of the text, which is where its end lies."""
        self._tokens = tokens
        self._length = length
        self._at = 0
        self._depth = 0

    def more(self) -> bool:
        """Tell whether there is a token left."""
        return self._at < len(self._tokens)

    def peek(self) -> Token:
        """Return the next token, of kind ``end`` where there is none."""
        return self._tokens[self._at] if self.more() else ("end", "", self._length)

    def skip(self) -> None:
        """Go past the next token."""
        self._at += 1

    def take(self, *words: str) -> str:
        """Go past the next token if it is one of the words, and return it; empty otherwise."""
        word = self.peek()[1]
        if not word or word not in words:
            return ""
        self._at += 1
        return word

    def need(self, word: str) -> None:
        """Go past the next token, which must be the word."""
        if not self.take(word):
            raise self.unexpected(f"'{word}'")

    def unexpected(self, wanted: str) -> Malformed:
        """Return the error that something else is here."""
        kind, word, position = self.peek()
        got = "the end" if kind == "end" else f"'{word}' at character {position}"
        return Malformed(f"expected {wanted}, got {got}")

    def end(self, wanted: str) -> None:
        """Raise :class:`Malformed` unless the text is read to its end."""
        if self.more():
            raise self.unexpected(f"{wanted} or the end")

    def enter(self) -> None:
        """Go one level down; the caller leaves it by :meth:`leave`."""
        self._depth += 1
        if self._depth > self.nesting:
            raise Malformed(f"it is nested deeper than {self.nesting} levels")

    def leave(self) -> None:
        """Go one level up."""
        self._depth -= 1
