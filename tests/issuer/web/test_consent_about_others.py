"""Whom credentials are about: a guardian's child, a business, the authority to act for it (journeys 5, 8)."""

import re
import shutil
from collections.abc import AsyncIterator
from html import unescape
from pathlib import Path

import httpx
import pytest

from tests.interop.server_process import ROOT
from tests.issuer.web.sign_in_visit import COOKIE, Visit, hidden, told, visiting

MAYA = "ON-1000003"
DATA = Path(ROOT, "issuer", "sample_data")


@pytest.fixture
async def visit(tmp_path: Path) -> AsyncIterator[Visit]:
    async with visiting(tmp_path) as opened:
        for name in ("residents", "businesses"):
            answer = await opened.issuer.manage(
                "POST",
                f"/{name}/import",
                content=(DATA / f"{name}.csv").read_bytes(),
                headers={"Content-Type": "text/csv"},
            )
            assert answer.status_code == 200, answer.text
        yield opened


def choices(page: httpx.Response) -> dict[str, str]:
    """Label → value of the radio buttons."""
    values = re.findall(r'type="radio" name="about" value="([^"]*)" id="(whom-\d+)"', page.text)
    labels = dict(re.findall(r'<label class="[^"]*" for="(whom-\d+)">(.*?)</label>', page.text, re.DOTALL))
    return {" ".join(unescape(labels[name]).split()): value for value, name in values}


async def consent(visit: Visit, page: httpx.Response, **form: str) -> httpx.Response:
    return await visit.post("/consent", {"form_token": hidden(page, "form_token"), "answer": "agree", **form})


async def test_somebody_with_nobody_else_is_not_asked_whom(visit: Visit) -> None:
    page = await visit.to_consent(scope="drivers-licence")
    assert choices(page) == {}
    assert "The credentials will be about:" in page.text
    assert "code" in told(await consent(visit, page, credential="drivers-licence"))


async def test_a_director_agrees_for_the_business(visit: Visit) -> None:
    page = await visit.to_consent(scope="business-registration")
    bakery = choices(page)["Maple Loop Bakery Ltd., a business that you sign for"]
    assert "code" in told(await consent(visit, page, credential="business-registration", about=bakery))

    page = await visit.to_consent(scope="business-authority")
    assert "You, acting for Maple Loop Bakery Ltd." in choices(page)
    nobody = await consent(visit, page, credential="business-authority")
    assert nobody.status_code == 400
    assert "Choose whom they are about." in nobody.text


async def test_what_one_may_be_about_the_other_may_not(visit: Visit) -> None:
    page = await visit.to_consent(scope="photo-card business-authority")
    [own] = [label for label in choices(page) if label.startswith("You, Maya")]
    mine, acting = choices(page)[own], choices(page)["You, acting for Maple Loop Bakery Ltd."]
    assert f'value="{mine}" id="whom-1" aria-describedby="possible-1" checked' in page.text
    nothing = await consent(visit, page, credential="photo-card", about=acting)
    assert nothing.status_code == 400
    assert "Choose at least one that is possible" in nothing.text
    assert "code" in told(await consent(visit, page, credential="photo-card", about=mine))


async def test_a_reference_of_somebody_else_is_no_choice(visit: Visit) -> None:
    """The register is asked again when the form comes back; a form is no proof of anything."""
    stranger = await visit.issuer.subject_ref("Écuyer")
    page = await visit.to_consent(scope="photo-card")
    refused = await consent(visit, page, credential="photo-card", about=stranger)
    assert refused.status_code == 400


async def test_somebody_without_a_business_is_told_so(visit: Visit) -> None:
    signatories = (DATA / "businesses.csv").read_text(encoding="utf-8")
    everybody = re.findall(
        r"^(ON-\d{7}),", (DATA / "residents.csv").read_text(encoding="utf-8"), re.MULTILINE
    )
    number = next(one for one in everybody if one not in signatories)
    visit.provider.claims = lambda claims: claims.update(register_number=number)
    page = await visit.to_consent(scope="business-authority")
    assert page.status_code == 200
    assert "the register has nothing to base it on" in page.text
    assert 'value="agree"' not in page.text
    refused = await consent(visit, page, credential="business-authority")
    assert refused.status_code == 400
    back = await visit.post("/consent", {"form_token": hidden(page, "form_token"), "answer": "refuse"})
    assert told(back)["error"] == "access_denied"


async def test_a_guardian_receives_the_childs_card(visit: Visit) -> None:
    rows = (DATA / "residents.csv").read_text(encoding="utf-8").splitlines()
    names = rows[0].split(",")
    guarded = next(
        row for row in rows[1:] if MAYA not in row.split(",")[0] and re.search(r",(en|fr),ON-\d{7},", row)
    )
    guardian = re.search(r",(?:en|fr),(ON-\d{7}),", guarded)
    assert guardian, names
    visit.provider.claims = lambda claims: claims.update(register_number=guardian[1])
    page = await visit.to_consent(scope="photo-card")
    labels = choices(page)
    [child] = [label for label in labels if label.endswith("a child whose guardian you are")][:1]
    answer = await consent(visit, page, credential="photo-card", about=labels[child])
    assert "code" in told(answer)
    [code] = visit.issuer.rows()["issuer_authorization_code"]
    assert labels[child] in code


async def test_a_type_that_was_stopped_meanwhile_is_left_out(tmp_path: Path) -> None:
    """A session outlives a restart; what is not issued any more is not offered, and nothing fails."""
    async with visiting(tmp_path) as visit:
        await visit.to_consent(scope="photo-card proof-of-age")
        cookie = visit.cookie
    types = tmp_path / "types"
    shutil.copytree(ROOT / "issuer" / "credential_types" / "proof-of-age", types / "proof-of-age")
    async with visiting(tmp_path, credential_types_dir=types, keys_uri=f"file:{tmp_path}/keys") as visit:
        visit.browser.cookies.set(COOKIE, cookie, domain="issuer.example")
        page = await visit.get("/consent")
        assert page.status_code == 200
        assert "Photo card" not in page.text
        assert "Proof of age" in page.text
