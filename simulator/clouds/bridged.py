"""What pulumi-aws and pulumi-gcp share, because both bridge a Terraform provider."""

from __future__ import annotations

from collections.abc import Callable

from simulator.clouds.base import Naming
from simulator.dice import Dice
from simulator.model import Props
from simulator.naming import DEFAULTS, AutoName


def with_automatic_name(question: Naming, rule: AutoName | None, known: Callable[[str], str]) -> Props:
    """Return the inputs with an automatic name where the program gave none.

    The name of a live object of the same type is stepped over, so that a replacement never collides with its original;
    ``known`` says how the store knows it.
    """
    news = {key: value for key, value in question.news.items() if key != DEFAULTS}
    if rule is None or rule.input in news or f"{rule.input}Prefix" in news:
        return news
    old = question.olds.get(rule.input)
    if isinstance(old, str) and rule.input in (question.olds.get(DEFAULTS) or ()):
        name = old
    else:
        name = rule.make(question.name, question.dice)
        tries = 0
        while question.store.named(known(name)):
            tries += 1
            name = rule.make(question.name, Dice.of(question.dice.seed, tries))
    return {**news, rule.input: name, DEFAULTS: [rule.input]}


def named_by_hand(rule: AutoName | None, news: Props) -> bool:
    """Tell whether the name was set by the program, so that old and new cannot stand side by side."""
    return rule is not None and rule.input in news and rule.input not in (news.get(DEFAULTS) or ())


def qualified(token: str, name: str) -> str:
    """Return the name under which the store knows an object by its type and plain name."""
    return f"{token}#{name}"
