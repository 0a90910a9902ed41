"""The base of everything a user writes."""

from pydantic import BaseModel, ConfigDict


class Spec(BaseModel):
    """Plain, frozen values. Unknown keys are refused; docstrings under fields feed the JSON Schema and the docs."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True, allow_inf_nan=False)
