"""Questions on claims, perimeters and what is unknown, against the facts: CQ15 to CQ63."""

import pytest

from queries.engine import Engine


def column(answer, name: str) -> list[str | None]:
    return [row[name] for row in answer]


@pytest.mark.built
def test_cq15_who_judges_and_on_what(built: Engine, rows):
    answer = rows(built, "verticality-claims")
    said = {(row["sources"], row["holder"]) for row in answer if row["part"] == "said"}
    # F80 (section 2) and F81 (section 3): the author; F126: the CESER.
    assert said == {("F80", "carriere"), ("F81", "carriere"), ("F126", "ceser-cvl")}
    coded = {(row["subject"], row["holder"]): row for row in answer if row["part"] == "coded"}
    crst = coded["cvl-crst", "carriere"]
    assert (crst["evidence"], crst["confidence"], crst["sources"]) == ("own words", "seed", "F81")
    assert "descending" in crst["textEn"]
    # Our own coding rests on general knowledge: no words of anybody stand behind it.
    assert {row["evidence"] for (_, who), row in coded.items() if who == "empilement"} == {
        "unknown"
    }


@pytest.mark.built
def test_cq17_davezies_the_cour_and_the_feeling(built: Engine, rows):
    answer = rows(built, "contradicting-claims")
    pairs = {(row["holder"], row["otherHolder"]): row["opposition"] for row in answer}
    # F39 against F99; F40 in between.
    assert pairs == {
        ("davezies", "taulelle"): "opposed",
        ("davezies", "cour-des-comptes"): "in part",
        ("cour-des-comptes", "taulelle"): "in part",
    }
    assert answer[0]["opposition"] == "opposed"
    # No source says that they contradict each other: the query does not say it for them.
    assert set(column(answer, "statedBySource")) == {"unknown"}


@pytest.mark.built
def test_cq21_state_anct_and_region(built: Engine, rows):
    scales = {row["actor"]: int(row["scales"]) for row in rows(built, "multi-scale-actors")}
    assert min(scales["etat"], scales["anct"], scales["region-centre-val-de-loire"]) >= 2
    assert all(count >= 2 for count in scales.values())
    wide = column(rows(built, "multi-scale-actors", least="7"), "actor")
    assert set(wide) == {actor for actor, count in scales.items() if count >= 7}


@pytest.mark.built
def test_cq22_from_the_union_to_a_commune(built: Engine, rows):
    answer = rows(built, "chain-to-a-territory")
    first = {row["who"]: index for index, row in reversed(list(enumerate(answer)))}
    # F69: the Union, LEADER (through the rural fund), the Régions, the local action groups.
    assert first["union-europeenne"] < first["regions"] < first["gal"] < first["37261"]
    assert "eu-eafrd" in first
    # Section 15: the members of the groups are not found; whether one reaches Tours is unknown.
    last = [row for row in answer if row["role"] == "reaches"]
    assert set(column(last, "answer")) == {"unknown"}
    assert all(row["textFr"] and row["textEn"] for row in last)
    crte = rows(built, "chain-to-a-territory", instrument="fr-crte")
    assert [row["answer"] for row in crte if row["role"] == "reaches"] == ["known"]


@pytest.mark.built
def test_cq28_reciprocal_in_the_model_unknown_in_each_contract(built: Engine, rows):
    answer = rows(built, "reciprocity-of-contracts")
    model = [row for row in answer if row["part"] == "model"]
    # F130: staff and money one way; F131: food, cycling and leisure, waste the other.
    assert [(row["given"], row["received"], row["answer"]) for row in model] == [("2", "3", "yes")]
    assert {model[0]["oneSide"], model[0]["otherSide"]} == {"243700754", "epci"}
    contracts = [row for row in answer if row["part"] == "contract"]
    assert len(contracts) == 10
    assert set(column(contracts, "answer")) == {"unknown"}
    assert all(row["textFr"] and row["textEn"] for row in contracts)


@pytest.mark.built
def test_cq31_documents_of_planning(built: Engine, rows):
    answer = rows(built, "documents-to-articulate")
    said = [row for row in answer if row["part"] == "said"]
    # F155.
    assert column(said, "sources") == ["F155"]
    assert said[0]["link"] == "to be improved"
    link = {row["document"]: (row["link"], row["onTerritory"]) for row in answer if row["document"]}
    # F76; of the local plans the graph has no deployment on the ground of the contracts.
    assert link["cvl-smaddet"] == ("anchored", "recorded")
    assert link["fr-plui"] == link["fr-scot"] == ("unknown", "unknown")


@pytest.mark.built
def test_cq32_themes_of_plans_are_unknown(built: Engine, rows):
    answer = rows(built, "plan-and-contract-themes")
    pairs = {(row["plan"], row["contract"]): row for row in answer}
    assert ("cvl-smaddet", "cvl-reciprocite-tours") in pairs
    assert ("cvl-sraddet", "fr-crte") in pairs
    # The contracts list themes, the plans none: no agreement is made up, nor a disagreement.
    assert set(column(answer, "answer")) == {"unknown"}
    assert all(row["contractThemes"] and not row["planThemes"] for row in answer)


@pytest.mark.built
def test_cq33_steps_of_reciprocity_and_who_took_them(built: Engine, rows):
    answer = rows(built, "chronology-of-an-idea")
    said = {row["sources"]: row for row in answer if row["kind"] == "said"}
    assert (said["F133"]["year"], said["F133"]["who"]) == ("2014", "Gouvernement")
    assert "Premier ministre" in said["F137"]["who"]
    # F136 and F138 are told without a date.
    assert said["F136"]["year"] == said["F138"]["year"] == "unknown"
    assert "Commissariat" in said["F136"]["who"]
    days = {row["subject"]: row["date"] for row in answer if row["subject"]}
    assert (days["fr-pacte-metropoles"], days["fr-accord-methode"]) == ("2016-07-06", "2020-07-30")
    years = column(answer, "year")
    assert years == sorted(years)


@pytest.mark.built
def test_cq34_twenty_two_seven_and_one_whole_departement(built: Engine, rows):
    answer = rows(built, "metropoles-and-reciprocity")
    value = {(row["measure"], row["sources"]): row["value"] for row in answer}
    assert value["counted: métropoles", "COG2026"] == "22"
    assert value["said: métropoles that tested reciprocity", "F132"] == "7"
    covered = [row for row in answer if row["measure"].startswith("covered")]
    # F144, F150: the eleven bodies of Indre-et-Loire, and no other département.
    assert [(row["area"], row["value"], row["outOf"], row["answer"]) for row in covered] == [
        ("37", "11", "11", "whole")
    ]
    assert [row["sources"] is not None for row in answer if row["answer"] == "unknown"] == [True]


@pytest.mark.built
def test_cq38_three_priorities_and_the_programmes(built: Engine, rows):
    answer = rows(built, "priorities-of-an-actor")
    said = {(row["part"], row["sources"]) for row in answer if row["link"] == "said"}
    assert said == {("priority", "F30"), ("mission", "F31")}
    programme = {row["item"]: row for row in answer if row["part"] == "programme"}
    # ACV and PVD serve the first priority: small towns and centres.
    assert programme["fr-acv1"]["serves"] == "centres"
    assert "petites villes" in programme["fr-pvd"]["serves"]
    # The tie is read from words, and said to be; a programme without a shared word is unknown.
    assert {row["link"] for row in programme.values()} == {"by its words", "unknown"}
    assert all((row["link"] == "unknown") == (not row["serves"]) for row in programme.values())


@pytest.mark.built
def test_cq40_the_south_cumulates(built: Engine, rows):
    answer = rows(built, "cumulative-disadvantage")
    south = answer[0]
    # F98: density under 30 inhabitants by km2, -0.3 to -0.6 % a year; two dimensions of four.
    assert (south["area"], south["cumulated"], south["outOf"]) == ("sud", "2", "4")
    assert (south["lowDensity"], south["populationLoss"]) == ("yes", "yes")
    # No figure of income anywhere: unknown, not no.
    assert set(column(answer, "lowIncome")) == {"unknown"}
    access = [row["sources"] for row in answer if row["poorAccess"] == "yes"]
    assert access == ["F112"]
    assert column(rows(built, "cumulative-disadvantage", least="2"), "area") == ["sud"]
    # F106: communes under strong influence grew; they have no disadvantage to show.
    assert "communes under strong influence" not in column(answer, "areaTypeEn")


@pytest.mark.built
def test_cq41_instruments_of_the_south(built: Engine, rows, communes_in_2024: int):
    answer = {row["part"]: row for row in rows(built, "instruments-and-disadvantage")}
    south = answer["inside"]
    # Section 1: 286 communes in Cher, 241 in Indre.
    assert int(south["communes"]) == 286 + 241
    # One CRTE each but for one commune (section 4); 17 + 16 PVD communes (section 6); four
    # ACV towns (section 5: Bourges, Vierzon, Châteauroux, Issoudun).
    depth = 527 - 1 + 17 + 16 + 4
    assert float(south["meanStrict"]) == pytest.approx(depth / 527, abs=0.0005)
    assert south["none"] == "1"
    assert sum(int(row["communes"]) for row in answer.values()) == communes_in_2024
    # Same method as question 2: the two parts add up to the région.
    expected = sum(int(row["strict"]) for row in rows(built, "depth-by-commune", date="2024-07-01"))
    found = sum(float(row["meanStrict"]) * int(row["communes"]) for row in answer.values())
    assert found == pytest.approx(expected, abs=0.0005 * communes_in_2024)
    assert {row["funds"] for row in answer.values()} == {"unknown"}


@pytest.mark.built
def test_cq43_sources_and_periods(built: Engine, rows):
    growth = rows(built, "observations-of-a-source", source="F106")
    assert {(row["indicator"], float(row["value"])) for row in growth} == {
        ("variation-population", 9.0),
        ("part-croissance-regionale", 95.0),
    }
    assert set(column(growth, "period")) == {"2007-2017"}
    access = rows(built, "observations-of-a-source", source="F112")
    assert column(access, "period") == ["unknown"]
    # F10 is not F106: a full code is taken as it stands, a letter as a family.
    none = rows(built, "observations-of-a-source", source="F10")
    assert [(row["code"], row["observation"], row["period"]) for row in none] == [
        ("F10", None, "unknown")
    ]
    article = rows(built, "observations-of-a-source", source="F")
    assert all(row["code"].startswith("F") and row["textEn"] for row in article)
    assert {"F89", "F112", "F141"} <= set(column(article, "code"))


@pytest.mark.built
def test_cq45_weak_links(built: Engine, rows):
    answer = rows(built, "commuting")
    # F100-F101.
    assert [(row["extent"], float(row["value"]), row["qualifier"]) for row in answer] == [
        ("with another région", 70000, "about"),
        ("with another région", 10000, "about"),
        ("within the région", 300, "about"),
        ("within the région", 200, "less-than"),
    ]
    inside = [float(row["shareOfLargest"]) for row in answer[2:]]
    assert inside == pytest.approx([300 / 700, 200 / 700], abs=0.005)


@pytest.mark.built
def test_cq46_which_rural(built: Engine, rows):
    answer = rows(built, "definition-of-a-figure")
    by_indicator = {row["indicator"]: row["definitionEn"] for row in answer}
    # F92: the density grid; the recent seven-level grid is another definition.
    assert "density grid" in by_indicator["part-communes-rurales"]
    assert "seven-level" in by_indicator["part-communes-rurales-grille-7"]
    france = [row for row in answer if row["sources"] == "F92"]
    assert {row["period"] for row in france} == {"2017"}
    assert all("2,000" in row["textEn"] and "2 000" in row["textFr"] for row in france)


@pytest.mark.built
def test_cq47_perimeters_of_a_population(built: Engine, rows):
    answer = rows(built, "perimeter-of-a-figure")
    figures = {(row["perimeterEn"], row["indicator"]): float(row["value"]) for row in answer}
    assert figures["commune", "population-municipale"] == 139507
    assert figures["métropole", "population-municipale"] == 299019
    assert figures["métropole", "population-totale"] == 304421
    # The article does not say which population it counts; the definition says that it does not.
    said = [row for row in answer if row["indicator"] == "population"]
    assert all("not stated" in row["definitionEn"] for row in said)


@pytest.mark.built
def test_cq49_only_proposed(built: Engine, rows):
    answer = rows(built, "proposed-instruments")
    recommended = {row["sources"]: row for row in answer if row["part"] == "recommended"}
    # F124: fund fed by the métropoles; F125: territorial conference.
    assert set(recommended) == {"F124", "F125"}
    assert "fund" in recommended["F124"]["textEn"]
    assert "conference" in recommended["F125"]["textEn"]
    assert {row["state"] for row in recommended.values()} == {"unknown"}
    # S55: one fund would merge three grants.
    merged = {row["object"] for row in answer if row["subject"] == "fr-fit"}
    assert merged == {"fr-detr", "fr-dsil", "fr-dpv"}


@pytest.mark.built
def test_cq50_scenarios_to_2050(built: Engine, rows):
    answer = rows(built, "scenarios")
    said = " / ".join(row["textEn"].lower() for row in answer)
    # F118: three families; F88: dissolution, which would change six départements.
    for family in ("dissolution", "persistence", "regained cohesion"):
        assert family in said
    dissolution = [row for row in answer if "dissolution" in row["textEn"]]
    assert {(row["horizon"], row["about"], row["parts"]) for row in dissolution} == {
        ("2050", "24", "6")
    }
    assert set(column(answer, "holder")) == {"ceser-cvl"}


@pytest.mark.built
def test_cq51_each_limit_and_its_answer(built: Engine, rows):
    answer = rows(built, "limits-and-recommendations")
    # F151 against F124 (fund) and F123 (all territories); F140 (one EPCI) against F125 and F126.
    # Nothing answers the lack of engineering, nor that the innovation stays marginal (F157).
    assert {(row["limit"], row["recommendation"], row["link"]) for row in answer} == {
        ("f151-funding", "f124", "derived"),
        ("f151-extent", "f123", "derived"),
        ("f140", "f125", "derived"),
        ("f140", "f126", "derived"),
        ("f151-engineering", None, "unknown"),
        ("f157", None, "unknown"),
    }


@pytest.mark.built
def test_cq54_four_countries_and_where_they_meet(built: Engine, rows):
    answer = rows(built, "countries-compared")
    # F21-F22.
    countries = {row["country"] for row in answer if row["sources"] == "F21"}
    assert countries == {"DE", "CH", "IT", "GB"}
    meeting = [row for row in answer if row["part"] == "convergence"]
    assert [(row["holder"], row["nature"]) for row in meeting] == [("augias", "judgement")]
    assert "metropolisation" in meeting[0]["textEn"]


@pytest.mark.built
def test_cq55_seats(built: Engine, rows):
    answer = rows(built, "seats")
    seats = {row["measureLabelEn"]: row["value"] for row in answer if row["part"] == "seats"}
    # F143.
    assert sorted(seats.values()) == ["10", "87"]
    assert next(v for name, v in seats.items() if name.startswith("Full")) == "87"
    orleans = rows(built, "seats", territory="244500468")
    assert {row["answer"] for row in orleans if row["part"] == "seats"} == {"unknown"}
    assert "amf" in column(answer, "subject")


@pytest.mark.built
def test_cq56_competition_and_its_lever(built: Engine, rows):
    answer = rows(built, "competition")
    # F120: the two métropoles, a judgement; F154: the CVAE, métropole and ten bodies.
    rivals = {row["about"] for row in answer if row["sources"] == "F120"}
    assert rivals == {"243700754", "244500468"}
    lever = [row for row in answer if row["part"] == "lever"]
    assert {(row["sources"], row["lever"], row["nature"]) for row in lever} == {
        ("F154", "CVAE", "fact")
    }
    assert {row["bodies"] for row in lever if row["about"] == "37"} == {"11"}


@pytest.mark.built
def test_cq58_same_theme_level_and_ground(built: Engine, rows):
    found = {(row["instrument"], row["other"]): row for row in rows(built, "duplicates")}
    # F53, F147: CRTE and reciprocity contracts share economic development, at the level of EPCI.
    pair = found["cvl-reciprocite-tours", "fr-crte"]
    assert pair["themes"] == "developpement-economique"
    assert "epci" in pair["scales"].split("; ")
    assert (pair["onTerritory"], pair["sameFamily"]) == ("yes", "false")
    # F64-F65: two phases of one programme, on none of which Tours is.
    phases = found["fr-acv1", "fr-acv2"]
    assert (phases["onTerritory"], phases["sameFamily"]) == ("no", "true")
    # Of an instrument without any recorded deployment nothing can be said.
    assert found["fr-crte", "fr-ti2"]["onTerritory"] == "unknown"


@pytest.mark.built
@pytest.mark.parametrize(
    ("code", "nature", "holder"),
    [
        ("F58", "fact", "carriere"),
        ("F79", "judgement", "vanneaux"),
        ("F62", "judgement", "carriere"),
        ("F124", "proposal", "ceser-cvl"),
        ("F999", "unknown", None),
    ],
)
def test_cq60_nature_and_holder(code, nature, holder, built: Engine, rows):
    answer = rows(built, "nature-of-a-statement", code=code)
    assert answer
    assert {(row["nature"], row["holder"]) for row in answer} == {(nature, holder)}


@pytest.mark.built
def test_cq62_crte_and_crst(built: Engine, rows, raw_cog):
    answer = rows(built, "coinciding-perimeters")
    same = [row for row in answer if row["relation"] != "unknown"]
    # Loches Sud Touraine bears both; the communes of the EPCI are those of the package.
    body = next(one for one in raw_cog["epci"] if one["code"] == "200071587")
    size = str(len(body["membres"]))
    assert [
        (row["otherDeployment"], row["relation"], row["communes"], row["shared"]) for row in same
    ] == [("loches-sud-touraine", "same", size, size)]
    unknown = {row["otherDeployment"] for row in answer if row["relation"] == "unknown"}
    assert {"tours-2014", "pnr-brenne", None} <= unknown
    groups = rows(built, "coinciding-perimeters", other="eu-leader")
    assert {row["relation"] for row in groups} == {"unknown"}
    assert all(row["textFr"] and row["textEn"] for row in groups)


@pytest.mark.built
def test_cq63_borders_of_the_crte(built: Engine, rows):
    answer = rows(built, "overlaps-and-borders")
    across = [row for row in answer if row["part"] == "across the border"]
    dreux = {row["commune"] for row in across if row["deployment"] == "crte-24-28-2"}
    # Section 4: six communes of Eure; six communes of the région are in none of its perimeters.
    assert len(dreux) == 6
    assert {code[:2] for code in dreux} == {"27"}
    none = [row["commune"][:2] for row in answer if row["part"] == "in none recorded"]
    assert sorted(none) == ["18", "28", "28", "28", "28", "28"]
    assert "in several" not in column(answer, "part")
    several = rows(built, "overlaps-and-borders", instrument="cvl-reciprocite-tours")
    # F144: the 22 communes of the métropole are in each of its ten contracts.
    twice = [row for row in several if row["part"] == "in several"]
    assert (len(twice), set(column(twice, "perimeters"))) == (22, {"10"})
    groups = rows(built, "overlaps-and-borders", instrument="eu-leader")
    assert set(column(groups, "part")) == {"unknown"}


@pytest.mark.built
@pytest.mark.parametrize(
    ("slug", "values", "name"),
    [
        ("reciprocity-of-contracts", {"instrument": "fr-agenda-rural"}, "answer"),
        ("priorities-of-an-actor", {"actor": "unadel"}, "link"),
        ("commuting", {"region": "53"}, "extent"),
        ("coinciding-perimeters", {"other": "fr-agenda-rural"}, "relation"),
        ("overlaps-and-borders", {"instrument": "fr-agenda-rural"}, "part"),
    ],
)
def test_what_is_not_known_is_a_row(slug, values, name, built: Engine, rows):
    assert column(rows(built, slug, **values), name) == ["unknown"]
