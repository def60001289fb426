"""What a JSON Schema leaves to choose, such as a ruleset's options, as form fields and back."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, Literal

import msgspec

from gamehall.asking import field_error
from gamehall.game import Ruleset, options_schema, read_options
from gamehall.languages import N_, catalogue
from gamehall.naming import option_words, say
from gamehall.problems import FieldError

from .forms import Form

__all__ = ["OptionField", "chosen_options", "fields_of", "option_errors", "option_fields", "read_fields"]

_ = catalogue(__name__)

PREFIX = "option_"
Kind = Literal["integer", "number", "choice", "switch", "text", "data"]
Schema = Mapping[str, Any]

# By whether the number is whole, has a least value, has a largest one.
_NUMBERS = {
    (True, True, True): N_("Give a whole number from {least} to {most}."),
    (True, True, False): N_("Give a whole number from {least}."),
    (True, False, True): N_("Give a whole number to {most}."),
    (True, False, False): N_("Give a whole number."),
    (False, True, True): N_("Give a number from {least} to {most}."),
    (False, True, False): N_("Give a number from {least}."),
    (False, False, True): N_("Give a number to {most}."),
    (False, False, False): N_("Give a number."),
}


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
    return [
        _field(name, _resolved(part, schema), shown[name], typed, prefix, said)
        for name, part in schema.get("properties", {}).items()
    ]


def _resolved(part: Schema, whole: Schema) -> dict[str, Any]:
    """The part with references followed and a `null` alternative turned into `optional`."""
    merged = dict(part)
    while "$ref" in merged:
        target = whole.get("$defs", {}).get(merged.pop("$ref").rsplit("/", 1)[-1], {})
        merged = {**target, **merged}
    variants = merged.get("anyOf", ())
    others = [variant for variant in variants if variant.get("type") != "null"]
    if len(others) == 1:
        del merged["anyOf"]
        merged = {**_resolved(others[0], whole), **merged, "optional": len(others) < len(variants)}
    if None in merged.get("enum", ()):
        merged["optional"] = True
    return merged


def _kind(part: Schema) -> Kind:
    if "enum" in part:
        return "choice"
    match part.get("type"):
        case "integer":
            return "integer"
        case "number":
            return "number"
        case "boolean":
            return "switch"
        case "string":
            return "text"
        case _:
            return "data"


def _field(name: str, part: Schema, value: Any, typed: Form, prefix: str, said: Callable[[str], str]) -> OptionField:
    kind = _kind(part)
    return OptionField(
        name=name,
        input_name=prefix + name,
        label=said(part.get("title") or option_words(name)),
        help=said(part.get("description", "")),
        kind=kind,
        value=_typed(kind, prefix + name, typed) if typed else _shown(kind, value),
        choices=_choices(part, said),
        minimum=part.get("minimum", part.get("exclusiveMinimum")),
        maximum=part.get("maximum", part.get("exclusiveMaximum")),
        longest=part.get("maxLength"),
        optional=part.get("optional", False),
    )


def _choices(part: Schema, said: Callable[[str], str]) -> tuple[tuple[str, str], ...]:
    """(value, word) of each choice, the default first: schemas list them by the alphabet, which says nothing."""
    values = sorted(part.get("enum", ()), key=lambda each: each != part.get("default"))
    return tuple((_text(each), said(option_words(_text(each))) or _("None")) for each in values)


def _typed(kind: Kind, name: str, typed: Form) -> str:
    return ("on" if name in typed else "") if kind == "switch" else typed.get(name, "")


def _text(value: Any) -> str:
    return "" if value is None else str(value)


def _shown(kind: Kind, value: Any) -> str:
    if kind == "switch":
        return "on" if value else ""
    return msgspec.json.encode(value).decode() if kind == "data" else _text(value)


def chosen_options(ruleset: Ruleset[Any, Any], typed: Form) -> tuple[dict[str, Any], list[FieldError]]:
    """The options that a sent form means, and the fields that mean nothing. Fields that were not sent are left out."""
    return read_fields(options_schema(ruleset), typed, PREFIX)


def read_fields(schema: Schema, typed: Form, prefix: str) -> tuple[dict[str, Any], list[FieldError]]:
    """The values that a sent form means for the schema's properties, and the fields that mean nothing."""
    chosen: dict[str, Any] = {}
    errors = []
    for name, bare in schema.get("properties", {}).items():
        part = _resolved(bare, schema)
        kind = _kind(part)
        text = typed.get(prefix + name)
        if kind == "switch":
            chosen[name] = text is not None
        elif text is not None:
            try:
                chosen[name] = _value(kind, part, text.strip())
            except (ValueError, KeyError):
                errors.append(FieldError(name, _wanted(kind, part)))
    return chosen, errors


def _wanted(kind: Kind, part: Schema) -> str:
    """What the field expects, for whoever gave something else."""
    match kind:
        case "integer" | "number":
            wanted = _NUMBERS[kind == "integer", "minimum" in part, "maximum" in part]
            return _(wanted, least=part.get("minimum"), most=part.get("maximum"))
        case "choice":
            return _("Choose one of these.")
        case _:
            return _("Give valid JSON.")


def _value(kind: Kind, part: Schema, text: str) -> Any:
    if not text and part.get("optional"):
        return None
    match kind:
        case "integer" | "number":
            number = int(text) if kind == "integer" else float(text)
            if not part.get("minimum", number) <= number <= part.get("maximum", number):
                raise ValueError(number)
            return number
        case "choice":
            return {_text(each): each for each in part["enum"]}[text]
        case "data":
            return msgspec.json.decode(text)
        case _:
            return text


def option_errors(ruleset: Ruleset[Any, Any], chosen: Mapping[str, Any]) -> list[FieldError]:
    """What the ruleset has against these options; the field is empty where it concerns several."""
    try:
        ruleset.start(read_options(ruleset, chosen))
    except msgspec.ValidationError as error:
        return [field_error(error)]
    except ValueError as error:
        return [FieldError("", str(error))]
    return []
