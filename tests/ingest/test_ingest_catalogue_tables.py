"""The hand-kept catalogue tables are complete, resolvable, dated as known, never overstated."""

import csv
import re
from collections import Counter
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TABLES = ROOT / "ingest" / "tables"
CATALOGUE = TABLES / "catalogue"

COLUMNS = {
    "instruments": "id,name_fr,name_en,acronym,former_names_fr,definition_fr,definition_en,kind,"
    "origin,family,inheritance,dynamics,framework,confidence,sources",
    "values": "instrument,property,n,value_type,value,text_fr,text_en,confidence,sources,note,"
    "holder",
    "cited_instruments": "id,name_fr,name_en,confidence,sources",
    "actors": "id,name_fr,name_en,acronym,class,scale,siren,administers,from,to,confidence,sources",
    "actor_categories": "id,name_fr,name_en,scale,is_state,definition_fr,definition_en",
    "actor_links": "subject,predicate,object,text_fr,text_en,date,confidence,sources",
    "relations": "n,k,subject,type,object,status,confidence,sources,note_fr,note_en",
    "legal_acts": "id,type,number,date,name_fr,name_en,number_confidence,date_confidence,in_force,"
    "in_force_confidence,in_force_sources,eli,eli_confidence,sources",
    "legal_links": "instrument,act,predicate,article,confidence,sources",
    "families": "id,name_fr,name_en",
    "sources": "code,title_fr,title_en,url,kind",
}
# The schemes of the project, as the specification of the vocabularies lists them.
SCHEMES = {
    "kind": "planning-document contract framework-contract programme-label zoning funding-line "
    "service-label plan political-agreement strategy governance-structure eu-territorial-tool",
    "origin": "eu state region departement intercommunal family-branch local",
    "scale": "ue etat region departement supra-epci epci commune infra",
    "modality": "top-down negotiated call-based bottom-up reciprocal mixed",
    "selection": "statutory-criteria call-for-projects negotiated-list universal self-selection",
    "inheritance": "distributive collective punctual",
    "dynamics": "frozen floating",
    "confidence": "seed sourced general-knowledge doubtful derived unknown",
    "theme": "habitat commerce mobilites espaces-publics equipements alimentation "
    "developpement-economique tourisme marketing-territorial mobilite energie-dechets "
    "prevention-inondations culture couverture-4g transition-ecologique "
    "cohesion-sociale-territoriale attractivite innovation competences foncier-industriel "
    "acces-services-soins centres-bourgs engagement-numerique sante education "
    "renouvellement-urbain ruralites industrie services-publics montagne",
    "relation": "integrates gathers first-form-of upper-tier-of implements renamed succeeded-by "
    "subset-of legal-form-of part-of funded-by instance-of anchored-in health-section-of "
    "would-merge located-in worth precedes declined-by finances can-valorise absorbs",
    "property": "designedBy managedBy fundedBy signedBy mayBeCofundedBy coordinatedBy anchoredIn "
    "applicationScale beneficiaryScaleText start end predecessor successor modality selectionMode "
    "designScale axis theme eligibility objective duration hasOwnFunding hasDedicatedEngineering "
    "declaredThemeCount excludes count",
    "class": "Actor PublicActor EuropeanBody CentralStateBody StateAgency DeconcentratedService "
    "LocalAuthority IntermunicipalBody MixedSyndicate LocalActionGroup PrivateActor "
    "CoordinationBody",
}
SLUGS = {scheme: set(text.split()) for scheme, text in SCHEMES.items()}
ORDER = ("unknown", "doubtful", "general-knowledge", "derived", "seed", "sourced")
RANK = {confidence: rank for rank, confidence in enumerate(ORDER)}
DATE = re.compile(r"\d{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01]))?)?|\d{3}0s")
SOURCE = re.compile(r"[FSD]\d+[a-z]?|GK")


def read(name: str, folder: Path = CATALOGUE) -> list[dict[str, str]]:
    """Return the rows of one table."""
    with (folder / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, strict=True))


def ids(name: str, column: str = "id") -> list[str]:
    """Return one column of a table."""
    return [row[column] for row in read(name)]


def values(instrument: str, prop: str) -> list[dict[str, str]]:
    """Return the rows that state one property of one instrument."""
    rows = read("values")
    return [r for r in rows if (r["instrument"], r["property"]) == (instrument, prop)]


def known_references() -> set[str]:
    """Every local id that a cell may name; actors of the worked case live in its own table."""
    known = {f"instrument:{i}" for i in ids("instruments")}
    known |= {f"cited:{i}" for i in ids("cited_instruments")}
    known |= {f"actor:{i}" for i in ids("actors")}
    known |= {f"actor:{row['id']}" for row in read("actors", TABLES / "cvl")}
    known |= {f"actor-category:{i}" for i in ids("actor_categories")}
    known |= {f"act:{i}" for i in ids("legal_acts")}
    schemes = ("scale", "modality", "selection", "theme")
    return known | {f"{scheme}:{slug}" for scheme in schemes for slug in SLUGS[scheme]}


@pytest.mark.parametrize("name", COLUMNS)
def test_columns_are_those_of_the_specification_and_rows_are_full(name: str) -> None:
    with (CATALOGUE / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        header, *rows = list(csv.reader(file, strict=True))
    assert header == COLUMNS[name].split(",")
    assert rows
    assert {len(row) for row in rows} == {len(header)}
    assert all(cell == cell.strip() for row in rows for cell in row)


@pytest.mark.parametrize("name", [n for n in COLUMNS if COLUMNS[n].startswith("id,")])
def test_ids_are_unique_slugs(name: str) -> None:
    found = ids(name)
    assert len(found) == len(set(found))
    assert all(re.fullmatch(r"[a-z0-9]+(?:[-.][a-z0-9]+)*", i) for i in found)


def test_the_catalogue_has_its_102_instruments() -> None:
    found = ids("instruments")
    assert len(found) == 102
    assert Counter(i.split("-")[0] for i in found) == {"eu": 20, "fr": 73, "cvl": 9}


def test_instruments_use_the_agreed_concepts() -> None:
    families = set(ids("families"))
    for row in read("instruments"):
        assert row["kind"] in SLUGS["kind"], row["id"]
        assert row["origin"] and set(row["origin"].split(";")) <= SLUGS["origin"], row["id"]
        assert row["inheritance"] in SLUGS["inheritance"] | {""}, row["id"]
        assert row["dynamics"] in SLUGS["dynamics"] | {""}, row["id"]
        assert row["framework"] in {"yes", "no"}, row["id"]
        assert row["family"] in families | {""}, row["id"]
    used = Counter(row["family"] for row in read("instruments") if row["family"])
    assert {family for family, generations in used.items() if generations > 1} == families


@pytest.mark.parametrize(
    ("table", "fields"),
    [
        ("instruments", ("name", "definition")),
        ("actor_categories", ("name", "definition")),
        ("legal_acts", ("name",)),
    ],
)
def test_texts_exist_in_two_different_languages(table: str, fields: tuple[str, ...]) -> None:
    for row in read(table):
        for field in fields:
            french, english = row[f"{field}_fr"], row[f"{field}_en"]
            assert french and english and french != english, row["id"]


def test_definitions_are_one_sentence_and_belong_to_one_instrument() -> None:
    for column in ("definition_fr", "definition_en"):
        texts = ids("instruments", column)
        assert len(set(texts)) == 102
        assert all(text[0].isupper() and text.endswith(".") for text in texts)
        assert not [text for text in texts if re.search(r"\. [A-ZÉ]", text)]


def test_every_confidence_is_agreed_and_backed_by_its_kind_of_source() -> None:
    prefixes = {"seed": "F", "sourced": "SD", "general-knowledge": "G", "derived": "FSD"}
    for name, header in COLUMNS.items():
        if ",confidence,sources" not in header:
            continue
        for row in read(name):
            confidence, codes = row["confidence"], row["sources"].split(";")
            assert confidence in SLUGS["confidence"], (name, row)
            assert len(codes) == len(set(codes)), (name, row)
            if confidence == "unknown":
                assert codes == [""], (name, row)
            else:
                assert any(c[0] in prefixes.get(confidence, "FSDG") for c in codes), (name, row)


def test_every_source_code_used_is_registered() -> None:
    registered = set(ids("sources", "code"))
    assert len(registered) == len(ids("sources", "code"))
    assert {f"F{n}" for n in range(1, 158)} | {f"D{n}" for n in range(1, 9)} <= registered
    for folder in (CATALOGUE, TABLES / "cvl"):
        for path in folder.glob("*.csv"):
            for row in read(path.stem, folder):
                used = {code for code in row.get("sources", "").split(";") if code}
                assert all(SOURCE.fullmatch(code) for code in used), (path.name, row)
                assert used <= registered, (path.name, used - registered)


def test_registered_pages_have_a_title_and_only_plain_addresses() -> None:
    kinds = {"F": "seed", "S": "page", "D": "data", "G": "general"}
    for row in read("sources"):
        assert row["title_fr"], row["code"]
        assert row["kind"] == kinds[row["code"][0]]
        if row["url"]:
            assert row["kind"] == "page"
            assert re.fullmatch(r"https://[a-z0-9.-]+/[^\s…;)]+", row["url"])


def test_every_reference_of_every_table_resolves() -> None:
    known = known_references()
    instruments = set(ids("instruments"))
    acts = set(ids("legal_acts"))
    for row in read("values"):
        assert row["instrument"] in instruments, row
        assert row["value_type"] != "iri" or row["value"] in known, row
        for reference in re.findall(r"instrument:[a-z0-9-]+", row["note"]):
            assert reference in known, row
    for row in read("relations"):
        assert {row["subject"], row["object"]} <= known, row
    for row in read("actor_links"):
        assert {row["subject"], row["object"] or row["subject"]} <= known, row
    for row in read("legal_links"):
        assert row["instrument"] in instruments and row["act"] in acts, row
    cited = {r["value"] for r in read("values")}
    cited |= {r[side] for r in read("relations") for side in ("subject", "object")}
    # Named as an instrument by the worked case, but not one of the 102 of the catalogue.
    unused = {f"cited:{i}" for i in ids("cited_instruments")} - cited
    assert unused == {"cited:fabrique-prospective"}


def test_values_have_the_form_of_their_type() -> None:
    forms = {
        "iri": re.compile(r"[a-z-]+:[a-z0-9.-]+"),
        "text": re.compile(""),
        "date": DATE,
        "integer": re.compile(r"\d+"),
        "boolean": re.compile("true|false"),
        "duration": re.compile(r"P\d+Y"),
    }
    numbers: Counter[tuple[str, str]] = Counter()
    for row in read("values"):
        assert row["property"] in SLUGS["property"], row
        assert forms[row["value_type"]].fullmatch(row["value"]), row
        assert bool(row["text_fr"]) == bool(row["text_en"]), row
        key = row["instrument"], row["property"]
        numbers[key] += 1
        assert row["n"] == str(numbers[key]), row
        if row["confidence"] == "unknown":
            assert row["value_type"] == "text" and not row["text_fr"] and row["note"], row
        elif row["value_type"] == "text":
            assert row["text_fr"], row


def test_other_dates_are_written_to_their_precision() -> None:
    dated = [row["date"] for name in ("legal_acts", "actor_links") for row in read(name)]
    spans = [(row["from"], row["to"]) for row in read("actors")]
    assert all(not date or DATE.fullmatch(date) for date in [*dated, *sum(spans, ())])
    assert all(not start or not end or start < end for start, end in spans)


def test_the_38_relations_are_all_there() -> None:
    rows = read("relations")
    assert {int(row["n"]) for row in rows} == set(range(1, 39))
    assert {row["type"] for row in rows} <= SLUGS["relation"]
    counts = Counter(row["n"] for row in rows)
    for number, count in counts.items():
        found = [int(row["k"]) for row in rows if row["n"] == number]
        assert found == list(range(1, count + 1))
    proposed = {(row["n"], row["subject"]) for row in rows if row["status"]}
    assert proposed == {("34", "instrument:fr-fit")}
    assert {row["status"] for row in rows} == {"", "proposed"}


def test_actors_are_of_a_known_class_and_scale() -> None:
    names = {row["id"]: row for row in read("actors", TABLES / "cvl")}
    for row in read("actors"):
        assert row["class"] in SLUGS["class"], row
        # A scholar, or this project, decides at no level of government.
        assert row["scale"] in SLUGS["scale"] | ({""} if row["class"] == "Actor" else set()), row
        if row["siren"]:
            assert row["id"] == row["siren"], row
        # An actor that two tables list must be said alike, or the graph gets two labels.
        assert names.get(row["id"], row) == row, row["id"]
    for row in read("actor_categories"):
        assert row["is_state"] in {"yes", "no"} and row["scale"] in SLUGS["scale"] | {""}, row


def test_the_national_planning_body_has_its_lineage() -> None:
    chain: dict[str, set[str]] = {}
    for row in read("actor_links"):
        assert row["predicate"] in {"precededBy", "role"}, row
        if row["predicate"] == "precededBy":
            chain.setdefault(row["subject"], set()).add(row["object"])
        else:
            assert row["text_fr"] and row["text_en"], row
    assert chain["actor:anct"] == {"actor:cget", "actor:epareca", "actor:agence-du-numerique"}
    assert chain["actor:cget"] == {"actor:datar-2009"}
    assert chain["actor:datar-2009"] == {"actor:diact"}
    assert chain["actor:diact"] == {"actor:datar"}


def test_legal_acts_keep_their_doubts() -> None:
    rows = {row["id"]: row for row in read("legal_acts")}
    seen = {i for i, row in rows.items() if row["eli_confidence"] == "sourced"}
    assert seen == {"decret-2017-686", "decret-2019-1190", "decret-2014-1575", "reg-eu-2021-1060"}
    for row in rows.values():
        assert row["eli_confidence"] == ("" if not row["eli"] else row["eli_confidence"])
        assert row["eli_confidence"] in {"", "sourced", "derived"}
        for field in ("number", "date", "in_force"):
            assert row[f"{field}_confidence"] in SLUGS["confidence"] | {""}, row
            assert not row[field] or row[f"{field}_confidence"] not in {"", "unknown"}, row
    # Copied from the table of legal texts: confidence of the number, then of the date.
    known, general, doubt = "sourced", "general-knowledge", "doubtful"
    expected = {
        "loi-2019-753": (known, known),
        "loi-2018-1021": (general, known),
        "loi-2015-991": (general, general),
        "decret-1983-01-21": (doubt, known),
    }
    for act, pair in expected.items():
        assert (rows[act]["number_confidence"], rows[act]["date_confidence"]) == pair, act
    predicates = {row["predicate"] for row in read("legal_links")}
    assert predicates == {"establishedBy", "amendedBy", "endedBy", "legalBasis"}


@pytest.mark.parametrize(
    ("instrument", "prop", "value", "confidence", "source"),
    [
        ("fr-vta", "designedBy", "actor:gouvernement", "general-knowledge", "GK"),
        ("fr-crte", "duration", "P6Y", "seed", "F51"),
        ("fr-crte", "mayBeCofundedBy", "actor-category:departements", "seed", "F55"),
        ("fr-crte", "hasOwnFunding", "false", "sourced", "S2"),
        ("fr-pvd", "end", "2026", "seed", "F66"),
        ("fr-acv1", "axis", "theme:habitat", "seed", "F64"),
        ("fr-acv1", "excludes", "instrument:fr-pvd", "derived", "D1"),
        ("fr-npnru", "predecessor", "cited:pnru", "general-knowledge", "GK"),
        ("fr-frr", "start", "2024-07-01", "sourced", "S27"),
        ("fr-fs", "start", "2019-07-01", "general-knowledge", "GK"),
        ("eu-cf", "start", "1993", "general-knowledge", "GK"),
        ("eu-leader", "applicationScale", "scale:supra-epci", "seed", "F69"),
        ("cvl-smaddet", "start", "2018-10-22", "seed", "F76"),
        ("cvl-reciprocite-tours", "anchoredIn", "instrument:cvl-smaddet", "seed", "F76"),
        ("cvl-reciprocite-tours", "declaredThemeCount", "7", "seed", "F147"),
        ("cvl-reciprocite-tours", "hasDedicatedEngineering", "false", "seed", "F151"),
        ("cvl-pacte-indre", "designedBy", "actor:departement-indre", "doubtful", "S90"),
        ("cvl-crst", "applicationScale", "scale:supra-epci", "seed", "F71"),
    ],
)
def test_spot_values_keep_the_confidence_of_the_facts(
    instrument: str, prop: str, value: str, confidence: str, source: str
) -> None:
    (row,) = [r for r in values(instrument, prop) if r["value"] == value]
    assert row["confidence"] == confidence
    assert source in row["sources"].split(";")


def test_the_seed_lists_are_complete() -> None:
    themes = {row["value"] for row in values("cvl-reciprocite-tours", "theme")}
    assert len(themes) == 9, "the article announces 7 themes and lists 9 labels"
    assert values("fr-reciprocite", "theme") == []
    axes = ("habitat", "commerce", "mobilites", "espaces-publics", "equipements")
    assert {r["value"] for r in values("fr-acv1", "axis")} == {f"theme:{slug}" for slug in axes}
    assert len({r["value"] for r in values("cvl-reciprocite-tours", "coordinatedBy")}) == 2
    assert len({r["value"] for r in values("fr-crte", "theme")}) == 3
    perimeters = {r["value"]: r["sources"] for r in values("fr-crte", "count")}
    assert perimeters["853"] == "S3" and perimeters["42"] == "F58"


def test_reciprocity_is_said_to_have_no_funder() -> None:
    for instrument in ("fr-reciprocite", "cvl-reciprocite-tours"):
        (row,) = values(instrument, "fundedBy")
        assert (row["value"], row["note"], row["confidence"]) == ("", "none", "seed")


def test_proposed_and_imprecise_dates_say_so() -> None:
    own, proposal = values("fr-fit", "start")
    assert (own["confidence"], proposal["value"]) == ("unknown", "2026")
    assert proposal["note"] == "status proposed"
    own, period = values("eu-erdf", "start")
    assert (own["value"], period["value"], period["note"]) == ("1975", "2021", "period")
    # The end of a period is not that of its fund: the first row says that the latter is unknown.
    own, period = values("eu-erdf", "end")
    assert (own["confidence"], period["value"], period["note"]) == ("unknown", "2027", "period")
    (pact,) = values("fr-pacte-nievre", "start")
    assert (pact["value"], pact["text_fr"]) == ("", "avant 2019")
    assert values("fr-cpier", "start")[0]["value"] == "2000s"


def test_excluding_programmes_are_symmetric_and_name_the_known_exception() -> None:
    pairs = {(r["instrument"], r["value"]) for r in read("values") if r["property"] == "excludes"}
    assert len(pairs) == 10
    assert all((b.removeprefix("instrument:"), f"instrument:{a}") in pairs for a, b in pairs)
    for one, other in (("fr-pvd", "fr-va"), ("fr-va", "fr-pvd")):
        (row,) = [r for r in values(one, "excludes") if r["value"] == f"instrument:{other}"]
        assert "12214" in row["note"] and "12223" in row["note"]


@pytest.mark.shared
def test_no_cell_of_the_facts_is_lost_and_none_is_raised() -> None:
    cells = "initiator manager funders signatories_or_adopters beneficiary_scale start end"
    targets = "designedBy managedBy fundedBy signedBy beneficiaryScaleText start end"
    columns = dict(zip(cells.split(), targets.split(), strict=True))
    columns |= {"predecessor": "predecessor", "successor": "successor"}
    marks = {"s": "seed", "l": "sourced", "g": "general-knowledge"}
    rows = read("values")
    facts = read("instruments", ROOT.parent / "shared" / "facts")
    assert [fact["id"] for fact in facts] == ids("instruments")
    for fact in facts:
        for column, prop in columns.items():
            found = [r for r in rows if (r["instrument"], r["property"]) == (fact["id"], prop)]
            stated = re.findall(r"([^{}]+)\{([slg])\}", fact[column])
            assert bool(found) == (fact[column] != "-"), (fact["id"], column)
            for text, mark in stated:
                wording = text.strip(" ;")
                same = [r for r in found if wording in (r["text_en"], r["value"])]
                assert same, (fact["id"], column)
                assert all(RANK[r["confidence"]] <= RANK[marks[mark]] for r in same), fact["id"]
            if not stated and found:
                assert {r["confidence"] for r in found} == {"unknown"}, (fact["id"], column)
