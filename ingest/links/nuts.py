"""The régions as units of the NUTS: level 1 in metropolitan France, level 2 overseas."""

from typing import Final

from ingest.identity import mint

# NUTS of 2016 and after, against the official geographic code: a région of France is one unit.
# fmt: off
REGIONS: Final[dict[str, str]] = {
    "FR1": "11", "FRB": "24", "FRC": "27", "FRD": "28", "FRE": "32", "FRF": "44", "FRG": "52",
    "FRH": "53", "FRI": "75", "FRJ": "76", "FRK": "84", "FRL": "93", "FRM": "94",
    "FRY1": "01", "FRY2": "02", "FRY3": "03", "FRY4": "04", "FRY5": "06",
}
# fmt: on


def region_of(nuts: str) -> str:
    """Return the IRI of the région that a NUTS code stands for.

    Args:
        nuts: a code such as ``FRB``.

    Raises:
        ValueError: the code stands for no région.

    """
    if nuts not in REGIONS:
        raise ValueError(f"the NUTS code {nuts!r} stands for no région")
    return mint("region", REGIONS[nuts])
