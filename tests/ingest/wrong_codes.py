"""A wrong row for each table of a list: the column that is wrong, its value, the reason given."""

from collections.abc import Iterator
from typing import Final

# Each table of places: the column of their codes.
_PLACES: Final = {
    ("acv/2018-10", "acv_carte_2018-10.csv"): "codgeo",
    ("acv/2023-08", "liste-acv-com2023_rdata.csv"): "insee_com",
    ("acv/2024-09", "acv_carte_2024-09.csv"): "insee_com",
    ("acv/2024-09-16", "acv_superposeur_2024-09.csv"): "liste_geo",
    ("acv/2025-07", "acv_gazetteer_2026-05.csv"): "insee_com",
    ("pvd/2021-01", "pvd_carte_2021-01.csv"): "insee_com",
    ("pvd/2024-09", "pvd_superposeur_2024-09.csv"): "liste_geo",
    ("pvd/2026-04", "pvd_gazetteer_2026-05.csv"): "insee_com",
    ("va/2024-09", "va_superposeur_2024-09.csv"): "liste_geo",
    ("entrees-ville/2024-09", "acv2_superposeur_2024-09.csv"): "liste_geo",
    ("frla/2024-09", "frla_superposeur_2024-09.csv"): "id_geo",
    ("pao/2024-09", "pao_superposeur_2024-09.csv"): "liste_geo",
    ("ort/2024-09", "ort_dgaln_2024-09.csv"): "Code commune",
    ("ort/2026-05", "ort_gazetteer_2026-05.csv"): "insee_com",
    ("anct-crossing/2024-07", "ngeo-anct-cog2023.csv"): "insee_com",
}
# Whose graphs have one record for the whole table, not one for each row.
REFERENTIALS: Final = {
    ("density/2025", "densite_ot_cog2025.csv"): "insee_com",
    ("centrality/2025", "centralite_ot_cog2025.csv"): "insee_com",
    ("rurality/2025", "ruralite_ot_cog2025.csv"): "insee_com",
    ("massif/2025", "montagne_ot_cog2025.csv"): "insee_com",
    ("filosofi/2021", "filosofi2021_communes.csv"): "insee_com",
    ("population/2022", "population_2010-2022.csv"): "insee_com",
    ("rsa/2024", "caf_rsa_2024.csv"): "insee_com",
    ("unemployment/2025", "ze2020_communes_cog2025.csv"): "insee_com",
    ("unemployment/2025", "chomage_ze2020_trimestriel.csv"): "ze2020",
    ("mergers/2024", "fusions_2003-2024.csv"): "COM_INI",
    ("mergers/2024", "scissions.csv"): "COM_INI",
}
# Tables whose repeated rows are each counted.
COUNTED: Final = {*_PLACES, *REFERENTIALS}
_ZONINGS: Final = {
    ("frr/2025-07", "frr_2025-07.csv"): (
        "Code_insee",
        "Classement FRR et FRR+ au 10 juillet 2025",
    ),
    ("zrr/2019", "zrr_2019_recode.csv"): ("insee_com_2019", "statut_source"),
    ("afr/2019", "afr_2019_recode.csv"): ("insee_com_2019", "statut_source"),
    ("zrd/2019", "zrd_2019_recode.csv"): ("insee_com_2019", "statut_source"),
    ("zfu/2019", "zfu_2019_recode.csv"): ("insee_com_2019", "statut_source"),
}
_QPV: Final = (
    ("qpv/2026-06", "qpv2024_communes.csv"),
    ("qpv/2026-07", "qpv_par_commune_2026-07.csv"),
)
# Each with a code of nothing in the column of its members.
_MEMBERS: Final = {
    ("france-services/2021-04", "france_services_2021-04.csv"): ("insee_com", "99999"),
    ("france-services/2024-09", "fs_superposeur_2024-09.csv"): ("liste_geo", "99999"),
    ("france-services/2025", "france_services_2025.csv"): ("insee_com", "99999"),
    ("fabriques-territoire/2024-09", "fabt_superposeur_2024-09.csv"): ("liste_geo", "99999"),
    ("manufactures-proximite/2024-09", "manuprox_superposeur_2024-09.csv"): ("liste_geo", "99999"),
    ("fabriques-prospectives/2024-09", "fabp_superposeur_2024-09.csv"): ("liste_geo", "200000001"),
    ("fabriques-prospectives/2026-07", "fabriques_superposeur-v2_2026-07.csv"): (
        "siren_groupement",
        "200000001",
    ),
    ("cites-educatives/2024-09", "citeduc_superposeur_2024-09.csv"): ("liste_geo", "99999"),
    ("cites-emploi/2024-09", "cde_superposeur_2024-09.csv"): ("liste_geo", "99999"),
    ("avenir-montagnes-ingenierie/2024-09", "ami_superposeur_2024-09.csv"): (
        "liste_geo",
        "200000001",
    ),
    ("avenir-montagnes-ingenierie/2026-07", "ami_superposeur-v2_2026-07.csv"): (
        "siren_groupement",
        "200000001",
    ),
    ("avenir-montagnes-mobilites/2024-09", "amm_superposeur_2024-09.csv"): (
        "liste_geo",
        "200000001",
    ),
    ("avenir-montagnes-mobilites/2026-07", "amm_superposeur-v2_2026-07.csv"): (
        "siren_groupement",
        "200000001",
    ),
    ("crte/2022", "epci-et-crte_2022.csv"): ("siren_groupement", "200000001"),
    ("territoires-industrie/2024-09", "ti_superposeur_2024-09.csv"): ("liste_geo", "200000001"),
    ("territoires-industrie/2026-07", "ti_superposeur-v2_2026-07.csv"): (
        "siren_groupement",
        "200000001",
    ),
    ("territoires-engagement/2025-12", "liste_tec_te_2025-12.csv"): ("codgeo", "99999"),
    ("territoires-engagement/2026-07", "tec_superposeur-v2_2026-07.csv"): (
        "siren_groupement",
        "99999",
    ),
    ("contrats-de-ville/2015-2023", "cv_2015-2023_ci-ville.csv"): ("codgeo", "99999"),
    ("contrats-de-ville/2019", "cv_2019_communes.csv"): ("insee_com", "99999"),
    ("contrats-ruralite/2019", "cr_2019_communes.csv"): ("insee_com", "99999"),
    ("cpier/2019", "cpier_2019_communes.csv"): ("insee_com", "99999"),
    ("cte/2019", "cte_2019_communes.csv"): ("insee_com", "99999"),
    ("cdt/2019", "cdt_2019_communes.csv"): ("insee_com", "99999"),
    ("amicb/2019", "amicb_2019_communes.csv"): ("insee_com", "99999"),
    ("ber/2019", "ber_2019_communes.csv"): ("insee_com", "99999"),
    ("bud/2019", "bud_2019_communes.csv"): ("insee_com", "99999"),
}
_OTHERS: Final = [
    # Not its last contracts, which communes hold.
    (
        "contrats-de-ville/2019",
        "cv_2019.csv",
        "siren_epci_2015",
        "1",
        "unknown-code: 1",
        ("id", "CV001"),
    ),
    ("descriptions-etat/2019", "descriptions.csv", "ACRONYME", "XYZ", "unknown instrument", None),
    ("groupements/2026-06", "groupements_2026-06.csv", "type", "XYZ", "unknown-type", None),
    (
        "groupements/2026-06",
        "groupements_2026-06_membres.csv",
        "code_membre",
        "99999",
        "unknown-code: 99999",
        ("type_groupement", "PETR"),
    ),
    (
        "aides-territoires/2023-01",
        "perimetres_2023-01.csv",
        "categorie",
        "unheard-of",
        "name-only: unheard-of",
        None,
    ),
    ("leader-groups/2023-04", "gal_2014_2020.csv", "code_gal", "LAG 7", "unknown-code", None),
    ("leader-counts/2023", "gal_par_region.csv", "code_insee_region", "99", "unknown-code", None),
]
Wrong = tuple[str, str, str, str, str, tuple[str, str] | None]


def _rows() -> Iterator[Wrong]:
    for code in ("999999", "NULL", "00000"):
        for table, column in _PLACES.items():
            written = f"Nulle part ({code})" if column == "liste_geo" else code
            # Among names no code is seen in a word.
            read = "(empty)" if code == "NULL" and column == "liste_geo" else code
            yield (*table, column, written, f"unknown-code: {read}", None)
    for table, column in REFERENTIALS.items():
        zone = table == ("unemployment/2025", "chomage_ze2020_trimestriel.csv")
        reason = "no commune is in this zone" if zone else "unknown-code: 9999"
        yield (*table, column, "9999", reason, None)
    for table, (column, kind) in _ZONINGS.items():
        yield (*table, column, "99999", "unknown-code: 99999", None)
        yield (*table, kind, "Classée ailleurs", "unknown class: Classée ailleurs", None)
    for table in _QPV:
        yield (*table, "insee_com", "99999", "unknown-code: 99999", None)
        yield (*table, "code_qp", "QP001001", "not the code of a QPV: QP001001", None)
    for table, (column, code) in _MEMBERS.items():
        written = f"X ({code})" if column == "liste_geo" else code
        yield (*table, column, written, f"unknown-code: {code}", None)
    yield from _OTHERS


WRONG: Final = [*_rows()]
