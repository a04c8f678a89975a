"""Questions on what the article holds answer from its facts, each with nature and holder."""

import re
from pathlib import Path

import pytest

from queries.engine import Engine

ROOT = Path(__file__).resolve().parents[2]
SEED = ROOT.parent / "shared/facts/seed-article.md"
NATURES = {"F": "fact", "J": "judgement", "P": "proposal"}
# Every eighth fact of the 157, from the third: twenty of them.
SAMPLE = [f"F{number}" for number in range(3, 158, 8)]

pytestmark = pytest.mark.built


@pytest.mark.shared
@pytest.mark.parametrize("code", SAMPLE)
def test_cq60_nature_section_and_holder_of_a_fact(code: str, built: Engine, rows):
    sheet = SEED.read_text(encoding="utf-8")
    found = re.search(rf"^{code} \[([^\]]+)\] (\S+) - ", sheet, re.MULTILINE)
    assert found
    tag, sections = found.groups()
    answer = rows(built, "nature-of-a-statement", code=code)
    assert {row["nature"] for row in answer} == {NATURES[tag[0]]}
    record = [row for row in answer if not row["claim"]]
    assert {row["section"] for row in record} == set(sections.split(","))
    assert all(row["holder"] and row["textFr"] and row["textEn"] for row in answer)
    if tag in {"F", "J:A"}:
        assert {row["holder"] for row in record} == {"carriere"}


@pytest.mark.shared
def test_sample_has_facts_of_each_nature():
    tags = dict(re.findall(r"^(F\d+) \[(\w)", SEED.read_text(encoding="utf-8"), re.MULTILINE))
    assert {tags[code] for code in SAMPLE} == set(NATURES)


@pytest.mark.parametrize(
    ("slug", "facts"),
    [
        # CQ14, CQ15: verticality, held by the author (F80, F81) and told of reciprocity.
        ("direction", {"F81"}),
        ("verticality-claims", {"F80", "F81"}),
        # CQ16: the four criticisms of the CRTE.
        ("claims-about-an-instrument", {"F59", "F60", "F61", "F62"}),
        # CQ17: protection, a middle way, a feeling of neglect.
        ("contradicting-claims", {"F39", "F40", "F99"}),
        # CQ18: share of the State budget.
        ("who-says", {"F79"}),
        # CQ48-CQ51: recommendations, what does not exist yet, scenarios, limits.
        ("recommendations", {f"F{n}" for n in range(121, 127)}),
        ("proposed-instruments", {"F124", "F125"}),
        ("scenarios", {"F88", "F118"}),
        (
            "limits-and-recommendations",
            {"F151", "F140", *(f"F{n}" for n in range(123, 127))},
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_answer_rests_on_the_facts_of_the_article(slug: str, facts: set[str], built: Engine, rows):
    answer = rows(built, slug)
    cited = {code for row in answer for code in (row["sources"] or "").split("; ")}
    assert facts <= cited
