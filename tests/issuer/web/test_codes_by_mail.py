"""Transaction codes by mail through the whole issuer: a real SMTP server on loopback, the exact errors."""

import re
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from issuer.app import create_app
from issuer.settings import Settings
from tests.issuer.clients.mail_server import RunningMailServer, mail_server
from tests.issuer.surroundings import NOW
from tests.issuer.web.answers import problem
from tests.issuer.web.running_issuer import RunningIssuer, running_issuer
from trillium.runtime.settings import ProductionRefusal

pytestmark = pytest.mark.asyncio(loop_scope="module")

SENDER, MAYA = "no-reply@trillium.example", "maya@example.org"


@pytest.fixture(scope="module")
def mail(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningMailServer]:
    with mail_server(tmp_path_factory.mktemp("mail")) as running:
        yield running


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def mailing(
    tmp_path_factory: pytest.TempPathFactory, mail: RunningMailServer
) -> AsyncIterator[RunningIssuer]:
    channel = {"tx_code_channel": "mail", "smtp_url": f"smtp://127.0.0.1:{mail.port}", "smtp_sender": SENDER}
    async with running_issuer(tmp_path_factory.mktemp("issuer"), **channel) as running:
        yield running


@pytest.fixture
def issuer(mailing: RunningIssuer, mail: RunningMailServer) -> RunningIssuer:
    mailing.clock.moment = NOW
    mail.taken.mails.clear()
    mail.taken.answer = "250 taken"
    return mailing


async def put_contact(issuer: RunningIssuer, mail_address: str | None) -> None:
    path = f"/residents/{await issuer.subject_ref()}/contact"
    assert (await issuer.manage("PUT", path, json={"mail_address": mail_address})).status_code == 204


async def ask(issuer: RunningIssuer, **members: Any) -> Any:
    request = {
        "subject_ref": await issuer.subject_ref(),
        "credential_configuration_ids": ["photo-card"],
        "tx_code": True,
        **members,
    }
    return await issuer.manage("POST", "/offers", json=request)


async def test_the_code_goes_to_the_resident_and_the_link_to_the_caller(
    issuer: RunningIssuer, mail: RunningMailServer
) -> None:
    await put_contact(issuer, MAYA)
    made = await issuer.offer(tx_code=True)
    assert (made["tx_code"], made["tx_code_to"]) == (None, "resident")
    [sent] = mail.taken.mails
    text = sent.get_content()
    assert sent["To"] == MAYA
    assert "This code is for the account of Maya Tremblay." in text
    assert "The offer is for: Photo card." in text
    [code] = re.findall(r"^(\d{6})\r?$", text, re.MULTILINE)
    assert code not in str(made["credential_offer"])
    for secret in (made["credential_offer_uri"], made["page_url"], made["offer_id"]):
        assert secret.rpartition("/")[2] not in sent.as_string()
    wrong = await issuer.redeem(made, tx_code=str((int(code) + 1) % 10**6).zfill(6))
    assert (wrong.status_code, wrong.json()["error"]) == (400, "invalid_grant")
    assert (await issuer.redeem(made, tx_code=code)).status_code == 200


async def test_nothing_of_it_is_kept_outside_the_register(
    issuer: RunningIssuer, mail: RunningMailServer, capfd: pytest.CaptureFixture[str]
) -> None:
    await put_contact(issuer, MAYA)
    await issuer.offer(tx_code=True)
    [code] = re.findall(r"^(\d{6})\r?$", mail.taken.mails[0].get_content(), re.MULTILINE)
    files = [one for one in issuer.folder.rglob("*") if one.is_file() and "register" not in one.name]
    found = [one.name for one in files if MAYA.encode() in one.read_bytes()]
    output = capfd.readouterr()
    assert found == []
    assert MAYA not in output.out + output.err
    assert code not in output.out + output.err


async def test_a_mail_that_is_not_taken_leaves_no_offer(
    issuer: RunningIssuer, mail: RunningMailServer
) -> None:
    await put_contact(issuer, MAYA)
    mail.taken.answer = "554 not today"
    before = issuer.rows()
    for wanted in (None, "resident"):
        assert problem(await ask(issuer, tx_code_to=wanted)) == (502, "transaction_code_not_sent")
    assert issuer.rows() == before


async def test_without_an_address_the_clerk_has_the_code(
    issuer: RunningIssuer, mail: RunningMailServer
) -> None:
    await put_contact(issuer, None)
    made = await issuer.offer(tx_code=True)
    assert (len(made["tx_code"]), made["tx_code_to"]) == (6, "clerk")
    before = issuer.rows()
    assert problem(await ask(issuer, tx_code_to="resident")) == (409, "resident_not_reachable")
    assert issuer.rows() == before
    assert not mail.taken.mails


async def test_the_clerk_may_hand_it_over_all_the_same(
    issuer: RunningIssuer, mail: RunningMailServer
) -> None:
    await put_contact(issuer, MAYA)
    assert (await ask(issuer, tx_code_to="clerk")).json()["tx_code_to"] == "clerk"
    assert not mail.taken.mails


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ({"mail_address": "maya"}, (400, "not_a_mail_address")),
        ({"mail_address": "maya@example.org\r\nBcc: x@example.org"}, (400, "not_a_mail_address")),
        ({"mail_address": "a, b@example.org"}, (400, "not_a_mail_address")),
        ({"mail_address": ""}, (400, "invalid_request")),
        ({"mail_address": f"m@{'e' * 260}.org"}, (400, "invalid_request")),
        ({"mail_address": 7}, (400, "invalid_request")),
        ({}, (400, "invalid_request")),
        ({"mail_address": MAYA, "copy_to": MAYA}, (400, "invalid_request")),
    ],
)
async def test_an_address_that_is_none(
    issuer: RunningIssuer, body: dict[str, Any], told: tuple[int, str]
) -> None:
    path = f"/residents/{await issuer.subject_ref()}/contact"
    assert problem(await issuer.manage("PUT", path, json=body)) == told


async def test_an_address_of_nobody(issuer: RunningIssuer) -> None:
    answer = await issuer.manage("PUT", "/residents/nobody/contact", json={"mail_address": MAYA})
    assert problem(answer) == (404, "unknown_subject")


@pytest.mark.parametrize(
    ("settings", "named"),
    [
        ({}, "ISSUER_SMTP_URL"),
        ({"smtp_url": "http://user:secret@mail.example"}, "ISSUER_SMTP_URL"),
        ({"smtp_url": "smtps://mail.example"}, "ISSUER_SMTP_SENDER"),
        ({"smtp_url": "smtps://mail.example", "smtp_sender": "nobody"}, "ISSUER_SMTP_SENDER"),
    ],
)
async def test_a_mail_server_that_cannot_be_one_keeps_the_issuer_down(
    tmp_path: Path, settings: dict[str, str], named: str
) -> None:
    with pytest.raises(ValueError, match=named) as told:
        create_app(Settings(var_dir=tmp_path, tx_code_channel="mail", **settings))  # type: ignore[arg-type]
    assert "secret" not in str(told.value)


@pytest.mark.parametrize(
    ("settings", "named"),
    [
        ({"tx_code_channel": "terminal"}, "ISSUER_TX_CODE_CHANNEL"),
        ({"insecure_smtp_without_tls": True}, "ISSUER_INSECURE_SMTP_WITHOUT_TLS"),
    ],
)
async def test_production_refuses_what_shows_codes(
    tmp_path: Path, settings: dict[str, Any], named: str
) -> None:
    url = "https://issuer.example"
    with pytest.raises(ProductionRefusal) as told:
        create_app(Settings(profile="production", public_url=url, var_dir=tmp_path, **settings))  # type: ignore[arg-type]
    assert named in {one.setting for one in told.value.refusals}
