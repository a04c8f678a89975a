"""Identifiers: injective, reversible, refusing what has not the form of its kind."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.errors import IdentityError
from ingest.identity import KINDS, mint, mint_part, parse_reference, split

CODES = st.sampled_from(sorted(KINDS)).flatmap(
    lambda kind: st.tuples(st.just(kind), st.from_regex(KINDS[kind], fullmatch=True))
)


@given(CODES)
def test_split_undoes_mint(pair: tuple[str, str]) -> None:
    assert split(mint(*pair)) == pair


@given(CODES, CODES)
def test_mint_is_injective(one: tuple[str, str], other: tuple[str, str]) -> None:
    assert (mint(*one) == mint(*other)) == (one == other)


@given(CODES)
def test_iri_is_plain_ascii(pair: tuple[str, str]) -> None:
    iri = mint(*pair)
    assert iri.isascii()
    assert not set(iri) & set(' "<>{}|\\^`\n')


@given(st.text())
def test_any_text_gives_an_iri_or_an_error(text: str) -> None:
    for kind in ("commune", "instrument", "source"):
        try:
            assert split(mint(kind, text)) == (kind, text)
        except IdentityError as error:
            assert str(error).count("\n") == 2


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("37261", ("commune", "37261")),
        ("2A004", ("commune", "2A004")),
        (" 97411 ", ("commune", "97411")),
        ("243700754", ("epci", "243700754")),
        ("region/24", ("region", "24")),
        ("departement/2B", ("departement", "2B")),
    ],
)
def test_references_as_people_write_them(text: str, expected: tuple[str, str]) -> None:
    assert parse_reference(text) == expected


def test_ambiguous_code_names_both_kinds() -> None:
    """24 is Dordogne as a département and Centre-Val de Loire as a région."""
    with pytest.raises(IdentityError) as caught:
        parse_reference("24")
    assert "departement/24" in caught.value.todo
    assert "region/24" in caught.value.todo


@pytest.mark.parametrize("text", ["", "1234", "pays-de-la-loire", "planet/24", "commune/1", "../x"])
def test_nonsense_is_refused(text: str) -> None:
    with pytest.raises(IdentityError):
        parse_reference(text)


def test_lost_leading_zero_is_not_guessed() -> None:
    with pytest.raises(IdentityError):
        mint("commune", "1001")


def test_part_of_a_deployment() -> None:
    whole = mint("deployment", "fr-crte/crte-24-37-1")
    assert split(mint_part(whole, "participation", "2")) == (
        "deployment",
        "fr-crte/crte-24-37-1/participation/2",
    )
    with pytest.raises(IdentityError):
        mint_part(whole, "colour")


@pytest.mark.parametrize("iri", ["https://example.org/id/commune/37261", "", "id/commune/37261"])
def test_foreign_iri_is_refused(iri: str) -> None:
    with pytest.raises(IdentityError):
        split(iri)
