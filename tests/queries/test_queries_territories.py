"""Territories as people write them: codes, kinds, former codes, mistakes."""

import pyoxigraph as ox
import pytest

from ingest.errors import IdentityError
from queries.errors import UnknownTerritoryError
from queries.territories import TerritoryNotFoundError, plain, resolve, suggest

ID = "https://w3id.org/empilement/id/"


@pytest.mark.parametrize(
    ("text", "iri", "label"),
    [
        ("37261", "commune/37261", "Tours"),
        (" 37261 ", "commune/37261", "Tours"),
        ("243700754", "epci/243700754", "Tours Métropole"),
        ("region/24", "region/24", "Centre-Val de Loire"),
        ("departement/37", "departement/37", "Indre-et-Loire"),
        ("commune-deleguee/37010", "commune-deleguee/37010", "Ancienne partie"),
    ],
)
def test_code_finds_its_territory(micro, text, iri, label):
    found = resolve(micro, text)
    assert found.iri == ID + iri
    assert f"{found.kind}/{found.code}" == iri
    assert found.label == label
    assert not found.note_fr
    assert not found.note_en


@pytest.mark.parametrize("text", ["24", "37", "2A", "971"])
def test_bare_short_code_is_ambiguous_and_names_both(micro, text):
    with pytest.raises(IdentityError) as caught:
        resolve(micro, text)
    assert f"departement/{text}" in caught.value.todo
    assert f"region/{text}" in caught.value.todo


@pytest.mark.parametrize("text", ["37900", "commune/37900"])
def test_former_code_leads_to_the_current_commune_and_says_so(micro, text):
    found = resolve(micro, text)
    assert found.iri == ID + "commune/37018"
    for note in (found.note_fr, found.note_en):
        assert "37900" in note
        assert "Ballan-Miré (37018)" in note
    assert "ancienne commune" in found.note_fr
    assert "former commune" in found.note_en


def test_code_given_to_two_communes_is_not_guessed(micro):
    former = ox.NamedNode("https://w3id.org/empilement/def#formerCode")
    for code in ("37261", "37132"):
        commune = ox.NamedNode(f"{ID}commune/{code}")
        micro.store.add(ox.Quad(commune, former, ox.Literal("37905"), ox.NamedNode(ID + "g")))
    with pytest.raises(TerritoryNotFoundError) as caught:
        resolve(micro, "37905")
    assert {found.code for found in caught.value.suggestions} == {"37261", "37132"}


def test_unknown_code_suggests_codes_that_begin_alike(micro):
    with pytest.raises(UnknownTerritoryError) as caught:
        resolve(micro, "37262")
    assert caught.value.suggestions[0].code == "37261"
    assert "commune/37261 (Tours)" in str(caught.value)
    assert len(caught.value.suggestions) <= 3


@pytest.mark.parametrize("text", ["loches", "LOCHES", "Loche", "lochès"])
def test_name_is_not_a_code_but_is_recognised(micro, text):
    with pytest.raises(UnknownTerritoryError) as caught:
        resolve(micro, text)
    assert caught.value.suggestions[0].label == "Loches"


def test_suggestions_keep_to_the_kind_asked_for(micro):
    found = suggest(micro, "epci/243700755")
    assert {one.kind for one in found} == {"epci"}
    assert found[0].code == "243700754"


@pytest.mark.parametrize(
    "text",
    ["", "?", '37261" } SERVICE <x>', "commune/37261> <x", "village/1", "1" * 40, "\n37261\n?"],
)
def test_odd_text_is_refused_with_a_reason(micro, text):
    with pytest.raises((UnknownTerritoryError, IdentityError)) as caught:
        resolve(micro, text)
    assert len(str(caught.value).splitlines()) >= 3


def test_nothing_alike_gives_advice_instead_of_names(micro):
    with pytest.raises(UnknownTerritoryError) as caught:
        resolve(micro, "zzzzqqqq")
    assert caught.value.suggestions == ()
    assert "5 characters" in caught.value.todo


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("Saint-Étienne-de-Chigny", "saint etienne de chigny"),
        ("L'Haÿ-les-Roses", "l hay les roses"),
        ("Œuilly", "oeuilly"),
        ("", ""),
    ],
)
def test_plain_names(name, words):
    assert plain(name) == words
