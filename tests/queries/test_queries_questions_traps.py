"""The traps of the seed article, T1 to T22: the graph does not fall into them."""

from collections import Counter
from decimal import Decimal

import pytest

from queries.engine import Engine

PREFIXES = """PREFIX emp: <https://w3id.org/empilement/def#>
PREFIX rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
PREFIX legal-form: <https://w3id.org/empilement/voc/legal-form/>
BASE <https://w3id.org/empilement/>
"""

pytestmark = pytest.mark.built


def ask(engine: Engine, pattern: str) -> bool:
    return engine.ask(f"{PREFIXES} ASK {{ {pattern} }}")


def values(engine: Engine, pattern: str) -> set[str]:
    """The distinct values of ``?x``; IRIs shortened to their last segment."""
    table = engine.select(f"{PREFIXES} SELECT DISTINCT ?x WHERE {{ {pattern} }}")
    return {term.value.rpartition("/id/")[2].rpartition("/")[2] for (term,) in table.rows if term}


def texts(engine: Engine, pattern: str) -> set[str]:
    """The distinct values of ``?x``, as they are written."""
    table = engine.select(f"{PREFIXES} SELECT DISTINCT ?x WHERE {{ {pattern} }}")
    return {term.value for (term,) in table.rows if term}


def figures(engine: Engine, indicator: str, area: str, more: str = "") -> dict[str, Decimal]:
    """The value of each observation of an indicator on an area, by the source that gives it."""
    table = engine.select(
        f"{PREFIXES} SELECT DISTINCT ?record ?value WHERE {{ "
        f"?o emp:ofIndicator <id/indicator/{indicator}> ; emp:refArea <id/{area}> ; "
        f"emp:measureValue ?value ; emp:supportedBy ?record . {more} }}"
    )
    return {
        record.value.rpartition("/")[2]: Decimal(value.value)
        for record, value in table.rows
        if record and value
    }


def test_t1_declared_and_listed_themes_are_two_values(built: Engine):
    tours = "<id/instrument/cvl-reciprocite-tours>"
    assert texts(built, f"{tours} emp:declaredThemeCount ?x") == {"7"}
    assert len(values(built, f"{tours} emp:theme ?x")) == 9


def test_t2_crte_has_both_dates_and_both_names(built: Engine):
    crte = "<id/instrument/fr-crte>"
    start = f"?s rdf:subject {crte} ; rdf:predicate emp:validFrom ; rdf:object ?x ; "
    assert texts(built, start + "emp:supportedBy <id/source/F49>") == {"2021"}
    assert texts(built, start + "emp:supportedBy <id/source/S4>") == {"2020-11-20"}
    # The name of the article is the former one; it is kept, and it is not the current label.
    former = {name.casefold() for name in texts(built, f"{crte} skos:altLabel ?x")}
    current = {name.casefold() for name in texts(built, f"{crte} rdfs:label ?x")}
    assert "contrat de relance et de transition écologique" in former - current
    assert "contrat pour la réussite de la transition écologique" in current


def test_t3_dgcl_has_its_official_name_only(built: Engine):
    names = texts(built, '<id/actor/dgcl> rdfs:label|skos:altLabel ?x FILTER(LANG(?x) = "fr")')
    assert names == {"Direction générale des collectivités locales"}


def test_t4_sraddet_has_its_legal_title(built: Engine):
    title = texts(built, '<id/instrument/fr-sraddet> rdfs:label ?x FILTER(LANG(?x) = "fr")')
    assert title == {
        "Schéma régional d'aménagement, de développement durable et d'égalité des territoires"
    }


def test_t5_anct_is_created_by_law_before_it_operates(built: Engine):
    # Created by the law of 22 July 2019; that it operates is another statement, of another source.
    role = "?s rdf:subject <id/actor/anct> ; rdf:predicate emp:role ; "
    created = role + "rdf:object <id/legal-act/loi-2019-753> . "
    assert ask(built, created)
    law = "<id/legal-act/loi-2019-753> emp:signatureDate ?x"
    assert texts(built, law) == {"2019-07-22"}
    operates = role + 'emp:statedText "operational"@en . '
    assert texts(built, operates + "?s dcterms:date ?x") == {"2020-01-01"}
    assert not ask(built, operates + "?s rdf:object <id/legal-act/loi-2019-753>")
    # The year of creation bounds its existence: nothing says it was certain before the law.
    assert texts(built, "<id/actor/anct> emp:validFrom ?x") == {"2019-01-01"}
    assert texts(built, "<id/actor/anct> emp:certainFrom ?x") == {"2019-12-31"}


def test_t6_lisbon_and_the_treaty_on_the_functioning_are_two_acts(built: Engine):
    lisbon, functioning = "<id/legal-act/traite-lisbonne>", "<id/legal-act/traite-fue>"
    assert ask(built, f"{lisbon} a emp:LegalAct . {functioning} a emp:LegalAct")
    wording = " ".join(texts(built, f"{functioning} rdfs:label ?x"))
    assert "4(2)(c)" in wording
    # The article knows the year of the signature; no day is made up.
    assert not ask(built, f"{lisbon} emp:signatureDate ?x")
    signed = f"?s rdf:subject {lisbon} ; rdf:predicate emp:signatureDate ; "
    assert texts(built, signed + "emp:statedText ?x") == {"2007"}
    # Signed is not in force: 1 December 2009, general knowledge that the article does not give.
    assert texts(built, f"{lisbon} emp:validFrom ?x") == {"2009-12-01"}
    assert texts(built, f"{lisbon} emp:certainFrom ?x") == {"2009-12-01"}
    entry = f"?s rdf:subject {lisbon} ; rdf:predicate emp:validFrom ; "
    assert values(built, entry + "emp:supportedBy ?x") == {"GK"}
    assert texts(built, entry + "emp:confidence ?x") == {
        "https://w3id.org/empilement/voc/confidence/general-knowledge"
    }
    assert ask(built, f"<id/source/F18> emp:about {lisbon} ; dcterms:date ?year")
    # The article words the competence as social and territorial; the treaty says economic too.
    assert "economic, social and territorial cohesion" in wording
    article = " ".join(texts(built, "<id/source/F18> emp:claimText ?x"))
    assert "social and territorial" in article
    assert "economic" not in article


def test_t7_chronology_of_reciprocity(built: Engine, rows):
    answer = rows(built, "chronology-of-an-idea")
    year = {row["sources"]: row["year"] for row in answer if row["kind"] == "said"}
    order = ["F133", "F134", "F137", "F76", "F146", "F139"]
    assert [year[fact] for fact in order] == ["2014", "2015", "2016", "2018", "2019", "2020"]


def test_t8_threshold_of_a_metropole_is_said_to_be_loose(built: Engine):
    size = "population-type-metropole"
    assert set(figures(built, size, "pays/FR").values()) == {Decimal(500000)}
    about = f"?o emp:ofIndicator <id/indicator/{size}> ; emp:valueQualifier ?x"
    assert values(built, about) == {"about"}
    definition = " ".join(texts(built, f"<id/indicator/{size}> skos:definition ?x"))
    assert "legal thresholds differ" in definition


def test_t9_seven_new_metropoles_not_seven_in_all(built: Engine):
    count = figures(built, "nombre-metropoles", "pays/FR")
    assert (count["S79"], count["F43"]) == (15, 22)
    assert count["F43"] - count["S79"] == 7
    # The seven that tested reciprocity are another count.
    assert set(figures(built, "nombre-metropoles-reciprocite", "pays/FR")) == {"F132"}


def test_t10_each_size_has_its_perimeter(built: Engine, rows):
    for town in ("Tours", "Orléans"):
        answer = rows(built, "perimeter-of-a-figure", word=town)
        said = {
            row["perimeterEn"]: (row["qualifier"], float(row["value"]))
            for row in answer
            if row["indicator"] == "population"
        }
        urban = "more-than" if town == "Tours" else "less-than"
        assert said == {
            "métropole": ("more-than", 300000),
            "agglomeration": ("about", 500000),
            "urban area": (urban, 500000),
        }
        assert "unknown" not in {row["perimeterEn"] for row in answer}


def test_t11_small_by_population_not_by_area(built: Engine):
    assert set(figures(built, "rang-population", "region/24").values()) == {12}
    assert set(figures(built, "rang-superficie", "region/24").values()) == {7}
    assert set(figures(built, "superficie", "region/24").values()) == {39151}


def test_t12_communes_said_and_counted(built: Engine, raw_cog):
    said = figures(built, "nombre-communes", "region/24")
    assert said == {"F89": 1757, "D7": 1754}
    communes = [c for c in raw_cog["communes"] if c["type"] == "commune-actuelle"]
    counted = sum(c.get("region") == "24" for c in communes)
    table = built.select(
        f"{PREFIXES} SELECT (COUNT(DISTINCT ?c) AS ?n) WHERE "
        "{ ?c emp:partOf+ <id/region/24> . ?c a emp:Commune }"
    )
    assert [int(n.value) for (n,) in table.rows if n] == [counted] == [1754]
    assert figures(built, "nombre-communes", "pays/FR")["F45"] == 34955


def test_t13_three_populations_of_tours_metropole(built: Engine, raw_cog):
    tours = "epci/243700754"
    package = next(one for one in raw_cog["epci"] if one["code"] == "243700754")
    municipal = figures(built, "population-municipale", tours)
    total = figures(built, "population-totale", tours)
    assert municipal == {"D7": package["populationMunicipale"]} == {"D7": 299019}
    assert total == {"D7": package["populationTotale"]} == {"D7": 304421}
    assert set(figures(built, "population", tours).values()) == {300000}
    qualifier = (
        f"?o emp:ofIndicator <id/indicator/population> ; emp:refArea <id/{tours}> ; "
        "emp:valueQualifier ?x"
    )
    assert values(built, qualifier) == {"more-than"}


def test_t14_shares_and_counts_of_rural_people_agree(built: Engine):
    share = figures(built, "part-population-regionale", "region/24")
    people = figures(built, "population", "region/24")
    rural = figures(built, "part-population-rurale", "region/24")["F90"]
    assert share["F104"] + share["F105"] == rural == 49
    both = people["F104"] + people["F105"]
    assert round(both * 100 / people["F89"], 1) == Decimal("49.2")


def test_t15_rate_and_share_are_two_indicators(built: Engine):
    growth = figures(built, "variation-population", "region/24")
    share = figures(built, "part-croissance-regionale", "region/24")
    assert (growth["F106"], share["F106"]) == (9, 95)
    units = texts(built, "<id/indicator/variation-population> skos:definition ?x")
    assert units.isdisjoint(
        texts(built, "<id/indicator/part-croissance-regionale> skos:definition ?x")
    )


def test_t16_contracts_agreements_and_communes_are_not_one_count(built: Engine):
    unit = {
        name: texts(built, f"<id/indicator/{name}> emp:unit ?x")
        for name in ("nombre-crte", "programmes-acv-pvd-integres", "communes-acv", "communes-pvd")
    }
    assert [*unit.values()] == [{"contracts"}, {"agreements"}, {"communes"}, {"communes"}]
    assert figures(built, "nombre-crte", "region/24")["F58"] == 42
    assert figures(built, "programmes-acv-pvd-integres", "region/24") == {"F58": 59}
    assert figures(built, "communes-acv", "region/24")["D1"] == 14
    assert figures(built, "communes-pvd", "region/24") == {"D1": 99}


def test_t17_one_author_cited_with_two_years(built: Engine):
    author = '?x a emp:Actor ; rdfs:label ?n FILTER(CONTAINS(?n, "Demaye"))'
    assert values(built, author) == {"demaye-simoni"}
    claims = "?x a emp:Claim ; emp:heldBy <id/actor/demaye-simoni>"
    assert values(built, claims) == {"f12", "f29"}


def test_t18_anct_signs_for_the_state(built: Engine):
    # §1: State and EPCI; "via the ANCT" makes it no party of its own.
    signatories = values(built, "<id/instrument/fr-crte> emp:signedBy ?x")
    assert {"etat", "epci"} <= signatories
    assert "anct" not in signatories
    party = (
        "?p emp:participationIn/emp:appliesInstrument <id/instrument/fr-crte> ; "
        "emp:participant <id/actor/anct>"
    )
    assert not ask(built, party)


def test_t19_one_acronym_two_instruments(built: Engine):
    frr = '?x a emp:Instrument ; skos:notation ?n FILTER(REGEX(STR(?n), "^FRR(/|$)"))'
    assert values(built, frr) == {"eu-rrf", "fr-frr"}
    origin = {
        one: values(built, f"<id/instrument/{one}> emp:origin ?x") for one in ("eu-rrf", "fr-frr")
    }
    assert origin["eu-rrf"].isdisjoint(origin["fr-frr"])
    assert not ask(built, "<id/instrument/eu-rrf> ?p <id/instrument/fr-frr>")
    # The ITI of figure 2 is a course of study: nothing of the article is about the EU instrument.
    assert ask(built, "<id/instrument/eu-iti> a emp:Instrument")
    assert not ask(built, "?fact emp:about <id/instrument/eu-iti>")


def test_t20_twenty_one_metropoles_and_lyon(built: Engine):
    table = built.select(
        f"{PREFIXES} SELECT DISTINCT ?body ?form WHERE {{ VALUES ?form "
        "{ legal-form:metro legal-form:met69 } "
        "?body a emp:IntermunicipalTerritory ; emp:legalForm ?form }"
    )
    forms = Counter(form.value.rpartition("/")[2] for _, form in table.rows if form)
    assert forms == {"metro": 21, "met69": 1}
    assert sum(forms.values()) == figures(built, "nombre-metropoles", "pays/FR")["F43"]


def test_t21_pvd_is_more_than_ecological_transition(built: Engine):
    pvd = "?s rdf:subject <id/instrument/fr-pvd> ; rdf:predicate emp:objective ; emp:statedText ?x"
    said = texts(built, pvd + " ; emp:supportedBy <id/source/F66>")
    assert any("ecological-transition" in text for text in said)
    # What the article says of its aim does not define it: the definition speaks of centrality.
    definition = " ".join(texts(built, "<id/instrument/fr-pvd> skos:definition ?x"))
    assert "centrality" in definition
    assert "ecological" not in definition


def test_t22_four_experiments_two_signed(built: Engine):
    first = (
        "?s rdf:subject <id/instrument/fr-reciprocite> ; emp:supportedBy <id/source/F136> ; "
        'emp:statedText "first experiments"@en ; '
    )
    assert texts(built, first + "rdf:object ?x") == {"4"}
    assert any("only two of the four" in note for note in texts(built, first + "emp:recordNote ?x"))
