"""What the tests of documents share: asking, changing one place, arbitrary JSON."""

import copy
from typing import Any

from hypothesis import strategies as st

from simulator.documents.check import check_documents
from simulator.documents.fault import get
from simulator.model import UNKNOWN


def said(type_: str, inputs: dict[str, Any]) -> list[str]:
    """What is said of the documents of a resource: ``property: reason``."""
    return [f"{one.property}: {one.reason}" for one in check_documents(type_, inputs)]


def changed(document: Any, place: tuple[str | int, ...], value: Any) -> Any:
    """A copy with one place set, or removed when the value is ``...``."""
    copied = copy.deepcopy(document)
    holder = get(copied, *place[:-1])
    if value is ...:
        del holder[place[-1]]
    else:
        holder[place[-1]] = value
    return copied


def json_like(*keys: str) -> st.SearchStrategy[Any]:
    """Any JSON, with these keys and unknowns here and there."""
    leaves = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8)
    return st.recursive(
        leaves | st.just(UNKNOWN) | st.sampled_from(keys),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(st.sampled_from(keys) | st.text(max_size=3), inner, max_size=4)
        ),
        max_leaves=15,
    )
