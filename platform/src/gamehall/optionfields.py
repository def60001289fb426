"""What a JSON Schema leaves to choose, such as a ruleset's options: a field for each, and what is typed into one."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

import msgspec

from gamehall.languages import ENGLISH, N_, catalogue, language
from gamehall.naming import option_words

__all__ = ["Kind", "OptionField", "fields_of", "options_words", "read_typed", "typed_for"]

_ = catalogue(__name__)

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
    """What one property of a schema leaves to choose. A `data` field takes JSON, for what has no better form.

    `default` is UNSET where the schema has none, `choices` are (value, word) with the default first. Bounds are None
    where there are none; those of a whole number are the least and the largest that it can be.
    """

    name: str
    label: str
    help: str
    kind: Kind
    default: Any
    optional: bool
    choices: tuple[tuple[Any, str], ...]
    minimum: Any
    maximum: Any
    shortest: int
    longest: int | None
    part: Schema
    """What the schema says of it, references followed."""


def fields_of(schema: Schema, said: Callable[[str], str] = str) -> list[OptionField]:
    """A field for each property of the schema; `said` is a text of the schema in the present language."""
    return [_field(name, _resolved(part, schema), said) for name, part in schema.get("properties", {}).items()]


def typed_for(field: OptionField, value: Any) -> str:
    """What is typed into the field to mean this value; `on` or nothing for a switch."""
    if field.kind == "switch":
        return "on" if value else ""
    return msgspec.json.encode(value).decode() if field.kind == "data" else _text(value)


def read_typed(field: OptionField, text: str) -> Any:
    """The value that is meant. Raises ValueError with a sentence that says what the field takes."""
    bare = text if field.kind == "text" else text.strip()
    if field.kind == "switch":
        return bool(bare)
    if not bare and field.optional:
        return None
    try:
        return _value(field, bare)
    except (ValueError, KeyError, RecursionError) as error:
        raise ValueError(_wanted(field)) from error


def options_words(fields: Iterable[OptionField], options: Mapping[str, Any], said: Callable[[str], str] = str) -> str:
    """The options in short, such as "board size 19 · opening swap2": numbers, and what is not as usual.

    `fields` are those of a schema in its own words; an option without one is called by its name.
    """
    usual = {each.name: (each.label, each.default) for each in fields if len(each.choices) != 1}
    if not usual:
        usual = {name: (option_words(name), None) for name in options}
    words = []
    for name, (label, default) in usual.items():
        value = options.get(name, default)
        is_number = isinstance(value, int | float) and not isinstance(value, bool)
        if value not in (None, False, "", "none", msgspec.UNSET) and (is_number or value != default):
            called = _amid(said(label))
            words.append(called if value is True else f"{called} {_amid(said(option_words(str(value))))}")
    return " · ".join(words)


def _amid(words: str) -> str:
    """A name amid others: English writes it small, other languages as it is."""
    return words.lower() if language() == ENGLISH else words


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
            return "data" if part.get("optional") else "switch"  # a switch has no third state
        case "string":
            return "text"
        case _:
            return "data"


def _field(name: str, part: Schema, said: Callable[[str], str]) -> OptionField:
    kind = _kind(part)
    least, most = part.get("exclusiveMinimum"), part.get("exclusiveMaximum")
    step = 1 if kind == "integer" else 0
    return OptionField(
        name=name,
        label=said(part.get("title") or option_words(name)),
        help=said(part.get("description", "")),
        kind=kind,
        default=part.get("default", msgspec.UNSET),
        optional=part.get("optional", False),
        choices=_choices(part, said),
        minimum=part.get("minimum", None if least is None else least + step),
        maximum=part.get("maximum", None if most is None else most - step),
        shortest=part.get("minLength", 0),
        longest=part.get("maxLength"),
        part=part,
    )


def _choices(part: Schema, said: Callable[[str], str]) -> tuple[tuple[Any, str], ...]:
    """(value, word) of each choice, the default first: schemas list them by the alphabet, which says nothing."""
    values = sorted(part.get("enum", ()), key=lambda each: each != part.get("default"))
    return tuple((each, said(option_words(_text(each))) or _("None")) for each in values)


def _text(value: Any) -> str:
    return "" if value is None else str(value)


def _wanted(field: OptionField) -> str:
    """What the field expects, for whoever gave something else."""
    match field.kind:
        case "integer" | "number":
            wanted = _NUMBERS[field.kind == "integer", field.minimum is not None, field.maximum is not None]
            told = _(wanted, least=field.minimum, most=field.maximum)
            if (step := field.part.get("multipleOf")) is None:
                return told
            steps = _("It goes in steps of {step}.", step=step)
            return f"{told} {steps}"
        case "choice":
            return _("Choose one of these.")
        case "text":
            return _wanted_text(field)
        case _:
            return _("Give valid JSON.")


def _wanted_text(field: OptionField) -> str:
    if "pattern" in field.part:
        return _("Give a text that fits the pattern {pattern}.", pattern=field.part["pattern"])
    if field.longest is None:
        return _.ngettext("Give at least {count} character.", "Give at least {count} characters.", field.shortest)
    return _("Give {least} to {most} characters.", least=field.shortest, most=field.longest)


def _value(field: OptionField, text: str) -> Any:
    part = field.part
    match field.kind:
        case "integer" | "number":
            return _number(part, int(text) if field.kind == "integer" else float(text))
        case "choice":
            return {_text(value): value for value, _word in field.choices}[text]
        case "data":
            return msgspec.json.decode(text)
        case _:
            fits = field.shortest <= len(text) and (field.longest is None or len(text) <= field.longest)
            if not fits or not re.search(part.get("pattern", ""), text):
                raise ValueError(text)
            return text


def _number(part: Schema, number: float) -> float:
    fits = (
        part.get("minimum", number) <= number <= part.get("maximum", number)
        and part.get("exclusiveMinimum", number - 1) < number < part.get("exclusiveMaximum", number + 1)
        and not ("multipleOf" in part and number % part["multipleOf"])
    )
    if not fits:  # which is also so of what is no number, such as `nan`
        raise ValueError(number)
    return number
