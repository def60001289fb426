"""A form for what a schema leaves to choose: a ruleset's options, or the numbers of a clock."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from msgspec import UNSET

from gamehall.optionfields import OptionField, fields_of, read_typed, typed_for


@dataclass(slots=True)
class OptionForm:
    """The fields, and by name what is typed into each; a switch that is on has `on`.

    Where the schema has no default and nothing is typed, nothing is chosen: whoever reads the options knows the usual.
    """

    fields: tuple[OptionField, ...]
    typed: dict[str, str]

    def fill(self, values: Mapping[str, Any]) -> None:
        """Has these values, such as a preset's, and the defaults of all others."""
        for field in self.fields:
            value = values.get(field.name, field.default)
            self.typed[field.name] = "" if value is UNSET else typed_for(field, value)

    def read(self) -> tuple[dict[str, Any], dict[str, str]]:
        """The options that the form means, and by name a sentence for each field that means none."""
        options: dict[str, Any] = {}
        errors: dict[str, str] = {}
        for field in self.fields:
            text = self.typed[field.name]
            if not text and field.default is UNSET and field.kind != "switch":
                continue
            try:
                options[field.name] = read_typed(field, text)
            except ValueError as error:
                errors[field.name] = str(error)
        return options, errors


def form_for(
    schema: Mapping[str, Any], values: Mapping[str, Any] | None = None, said: Callable[[str], str] = str
) -> OptionForm:
    """The form of a schema, filled with these values and the defaults of all others."""
    form = OptionForm(tuple(fields_of(schema, said)), {})
    form.fill(values or {})
    return form
