"""Personal data stays where it belongs: planted values are found in the register and nowhere else.

The bytes of every database file, write-ahead logs included, of the server's log and of whatever else it keeps
are searched, in every spelling a value could be stored in, while it runs and after it has stopped.
"""

import base64
import json
from contextlib import closing
from pathlib import Path
from typing import Any

import httpx

from tests.patience import PATIENCE_S
from trillium.cli.demo.api import Account, DemoApi
from trillium.cli.demo.server import DemoServer, own_server

NUMBER = "ON-7777777"
PLANTED = {
    "family_name": "Zyxwvut-Plantée",
    "given_name": "Qwertyuiop",
    "street_address": "4711 Wundersam Lane",
    "locality": "Plantedville",
    "postal_code": "P9Z 9Z9",
    "birthdate": "1977-07-17",
}
HEADER = (
    "register_number,family_name,given_name,birthdate,sex,street_address,locality,region,"
    "postal_code,country,language,guardian_register_number"
)


def register_file() -> bytes:
    row = [
        NUMBER,
        PLANTED["family_name"],
        PLANTED["given_name"],
        PLANTED["birthdate"],
        "F",
        PLANTED["street_address"],
        PLANTED["locality"],
        "ON",
        PLANTED["postal_code"],
        "CA",
        "fr",
        "",
    ]
    return f"{HEADER}\n{','.join(row)}\n".encode()


def spellings(value: str) -> set[bytes]:
    """As text, as JSON, and inside base64 at each of the three places a text can begin there."""
    text = value.encode()
    found = {text, json.dumps(value)[1:-1].encode(), value.casefold().encode()}
    for shift in range(3):
        encoded = base64.b64encode(b"\0" * shift + text)
        # The ends depend on what stands beside the value; the middle does not.
        middle = encoded[4 if shift else 0 : len(encoded) // 4 * 4 - 4]
        found |= {middle, middle.replace(b"+", b"-").replace(b"/", b"_")}
    return found


def places_of(folder: Path) -> list[str]:
    """Files that hold a planted value, the register's own left out."""
    found = []
    for file in sorted(path for path in folder.rglob("*") if path.is_file()):
        if file.name.startswith("register.db"):
            continue
        content = file.read_bytes()
        for name, value in PLANTED.items():
            if any(spelling in content for spelling in spellings(value)):
                found.append(f"{file.relative_to(folder)}: {name}")
    return found


def send(server: DemoServer, method: str, path: str, status: int = 200, **options: Any) -> Any:
    headers = {"Authorization": f"Bearer {server.management_token}", **options.pop("headers", {})}
    answer = httpx.request(
        method, f"{server.base_url}{path}", headers=headers, timeout=PATIENCE_S, trust_env=False, **options
    )
    assert answer.status_code == status, answer.text
    return answer.json() if answer.content else None


def show_everything(server: DemoServer, api: DemoApi) -> dict[str, Any]:
    """Issue, hold, look, present with and without fetching the result, refuse, revoke."""
    send(
        server,
        "POST",
        "/issuer/management/residents/import",
        content=register_file(),
        headers={"Content-Type": "text/csv"},
    )
    api.register_service(["identity", "ontario-resident", "age-19-or-over"])
    person = api.find_resident(NUMBER)
    wallet = api.open_wallet("a nickname")
    offer = api.offer(person["subject_ref"], ["photo-card", "proof-of-age"], tx_code=True)
    received = api.receive(wallet, offer["credential_offer_link"], offer["tx_code"])
    for card in received:
        api.show(wallet, card["credential_id"])
    result = present(api, wallet, "identity", fetch=True)
    present(api, wallet, "ontario-resident", fetch=False)
    started = api.start("identity")
    opened = api.open_request(wallet, started["authorization_request"])
    api.refuse(wallet, opened["operation_id"])
    api.change_status(person["subject_ref"], "revoke", "stolen_phone")
    return result


def present(api: DemoApi, wallet: Account, preset: str, *, fetch: bool) -> dict[str, Any]:
    started = api.start(preset)
    opened = api.open_request(wallet, started["authorization_request"])
    api.consent(wallet, opened["operation_id"])
    return api.result(started) if fetch else {}


def test_planted_values_are_in_the_register_and_nowhere_else() -> None:
    with own_server() as server, closing(DemoApi(server)) as api:
        result = show_everything(server, api)
        assert result["claims"]["photo_card"]["family_name"] == PLANTED["family_name"]
        folder = server.var_dir.parent
        register = b"".join(file.read_bytes() for file in folder.rglob("register.db*"))
        assert all(value.encode() in register for value in PLANTED.values())
        assert (folder / "server.log").stat().st_size > 0
        assert not places_of(folder)


def test_the_search_finds_what_is_planted(tmp_path: Path) -> None:
    """A search that could not fail would say nothing."""
    for shift in range(3):
        text = b"x" * shift + PLANTED["family_name"].encode() + b"y" * 5
        (tmp_path / f"encoded-{shift}").write_bytes(base64.urlsafe_b64encode(text))
    (tmp_path / "plain").write_text(f'{{"family_name": {json.dumps(PLANTED["family_name"])}}}')
    (tmp_path / "register.db").write_text(PLANTED["family_name"])
    assert len(places_of(tmp_path)) == 4
