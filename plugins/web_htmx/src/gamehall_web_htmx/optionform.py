"""What a ruleset's options and a kind of clock leave to choose, as fields of a page's form and back."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

import msgspec

from gamehall import optionfields
from gamehall.asking import field_error
from gamehall.game import Ruleset, options_schema, read_options
from gamehall.naming import say
from gamehall.optionfields import Kind, read_typed, typed_for
from gamehall.problems import FieldError

from .forms import Form

__all__ = ["OptionField", "chosen_options", "fields_of", "option_errors", "option_fields", "read_fields"]

PREFIX = "option_"
Schema = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class OptionField:
    """One field of the form. `value` is what it shows; a `data` field holds JSON, for what has no better form."""

    name: str
    input_name: str
    label: str
    help: str
    kind: Kind
    value: str
    choices: tuple[tuple[str, str], ...]
    minimum: Any
    maximum: Any
    longest: int | None
    optional: bool


def option_fields(ruleset: Ruleset[Any, Any], values: Mapping[str, Any], typed: Form) -> list[OptionField]:
    """The fields, filled with what was `typed`, else with `values`, such as those of a preset, else the defaults."""
    shown = msgspec.to_builtins(read_options(ruleset, {})) | dict(values)
    return fields_of(options_schema(ruleset), shown, typed, PREFIX, partial(say, ruleset))


def fields_of(
    schema: Schema, shown: Mapping[str, Any], typed: Form, prefix: str, said: Callable[[str], str]
) -> list[OptionField]:
    """A field for each property of the schema, filled with what was `typed`, else with what is `shown`.

    `prefix` stands before the names that the form sends; `said` is a text of the schema in the present language.
    """
    return [_field(each, shown[each.name], typed, prefix) for each in optionfields.fields_of(schema, said)]


def _field(found: optionfields.OptionField, value: Any, typed: Form, prefix: str) -> OptionField:
    name = prefix + found.name
    written = ("on" if name in typed else "") if found.kind == "switch" else typed.get(name, "")
    return OptionField(
        name=found.name,
        input_name=name,
        label=found.label,
        help=found.help,
        kind=found.kind,
        value=written if typed else typed_for(found, value),
        choices=tuple(("" if each is None else str(each), word) for each, word in found.choices),
        minimum=found.minimum,
        maximum=found.maximum,
        longest=found.longest,
        optional=found.optional,
    )


def chosen_options(ruleset: Ruleset[Any, Any], typed: Form) -> tuple[dict[str, Any], list[FieldError]]:
    """The options that a sent form means, and the fields that mean nothing. Fields that were not sent are left out."""
    return read_fields(options_schema(ruleset), typed, PREFIX)


def read_fields(schema: Schema, typed: Form, prefix: str) -> tuple[dict[str, Any], list[FieldError]]:
    """The values that a sent form means for the schema's properties, and the fields that mean nothing."""
    chosen: dict[str, Any] = {}
    errors = []
    for field in optionfields.fields_of(schema):
        text = typed.get(prefix + field.name)
        if field.kind == "switch":
            chosen[field.name] = text is not None
        elif text is not None:
            try:
                chosen[field.name] = read_typed(field, text.strip())
            except ValueError as error:
                errors.append(FieldError(field.name, str(error)))
    return chosen, errors


def option_errors(ruleset: Ruleset[Any, Any], chosen: Mapping[str, Any]) -> list[FieldError]:
    """What the ruleset has against these options; the field is empty where it concerns several."""
    try:
        ruleset.start(read_options(ruleset, chosen))
    except msgspec.ValidationError as error:
        return [field_error(error)]
    except ValueError as error:
        return [FieldError("", str(error))]
    return []
