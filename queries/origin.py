"""Where a file of answers comes from: what it says of itself once it has left the service."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Origin:
    """The origin of an answer.

    Attributes:
        slug: name of the question in addresses.
        title: its title, by language.
        question: the question in words, by language.
        parameters: the values it was answered with, by name.
        address: where the answer can be asked for again.
        version: identifier of the version of the data.
        date: day of the data, ISO.
        licences: IRIs of the licences of the sources, with the sources under each.
        query: the SPARQL text that was run.
    """

    slug: str
    title: Mapping[str, str]
    question: Mapping[str, str]
    parameters: Mapping[str, str]
    address: str
    version: str
    date: str
    licences: Mapping[str, tuple[str, ...]]
    query: str

    def lines(self) -> list[tuple[str, str]]:
        """Give names, in French and English, and values: a line of text each."""
        return [
            ("Titre", self.title["fr"]),
            ("Title", self.title["en"]),
            ("Question (français)", self.question["fr"]),
            ("Question (English)", self.question["en"]),
            *((f"?{name}", value) for name, value in self.parameters.items()),
            ("Adresse / Address", self.address),
            ("Version", self.version),
            ("Date des données / Data date", self.date),
            *(
                ("Licence", f"{licence} ({', '.join(sources)})")
                for licence, sources in self.licences.items()
            ),
            *(
                ("" if place else "Requête / Query", line)
                for place, line in enumerate(self.query.splitlines())
            ),
        ]

    def members(self) -> dict[str, Any]:
        """Give the members of a JSON object."""
        return {
            "title": dict(self.title),
            "question": dict(self.question),
            "parameters": dict(self.parameters),
            "address": self.address,
            "version": self.version,
            "date": self.date,
            "licences": {licence: list(sources) for licence, sources in self.licences.items()},
            "query": self.query,
        }

    def pairs(self) -> dict[str, str]:
        """Give pairs of texts; what is no text is JSON."""
        return {
            name: value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
            for name, value in self.members().items()
        }
