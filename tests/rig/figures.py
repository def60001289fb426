"""What `/metrics` tells, read."""

from __future__ import annotations

from prometheus_client.parser import text_string_to_metric_families

__all__ = ["Figures", "grown"]


class Figures:
    """The figures of one reading."""

    def __init__(self, text: str) -> None:
        families = list(text_string_to_metric_families(text))
        self.names = {
            f"{family.name}_total" if family.type == "counter" else family.name: family.documentation
            for family in families
        }
        """Each metric by the name that the documents call it, with its sentence."""
        self.samples = [(sample.name, sample.labels, sample.value) for family in families for sample in family.samples]

    def of(self, name: str, **labels: str) -> float:
        """The sum of the samples of this name that have these labels, whatever others they have."""
        return sum(value for each, own, value in self.samples if each == name and labels.items() <= own.items())

    def labels(self, name: str) -> set[str]:
        """The names of the labels with which a metric is told."""
        parts = (name, f"{name}_count")
        return {label for each, own, _ in self.samples if each in parts for label in own}

    def values(self, name: str, label: str) -> set[str]:
        return {own[label] for each, own, _ in self.samples if each == name and label in own}


def grown(before: Figures, after: Figures, name: str, **labels: str) -> float:
    """By how much a figure has grown between two readings."""
    return after.of(name, **labels) - before.of(name, **labels)
