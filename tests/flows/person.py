"""A resident with an account at the wallet's server: receives, shows, and what a relying service then has."""

from typing import Any, Protocol

import httpx

from tests.flows.servers import Server
from tests.patience import PATIENCE_S


class Places(Protocol):
    """Where the three applications are, together or apart."""

    @property
    def issuer(self) -> Server: ...
    @property
    def verifier(self) -> Server: ...
    @property
    def wallet(self) -> Server: ...


def post(url: str, status: int = 200, **options: Any) -> Any:
    """The answer, when it is the one that is expected."""
    answer = httpx.post(url, timeout=PATIENCE_S, trust_env=False, **options)
    assert answer.status_code == status, answer.text
    return answer.json() if answer.content else None


def get(url: str, **options: Any) -> Any:
    """An answer that is there."""
    answer = httpx.get(url, timeout=PATIENCE_S, trust_env=False, **options)
    assert answer.status_code == 200, answer.text
    return answer.json()


class Person:
    """A resident of the register with a wallet on the wallet's server."""

    def __init__(self, servers: Places, number: str) -> None:
        self.servers = servers
        found = post(
            f"{servers.issuer.url}/management/residents/search",
            headers=servers.issuer.management,
            json={"text": number},
        )
        self.subject_ref = found["residents"][0]["subject_ref"]
        account = post(
            f"{servers.wallet.url}/accounts", 201, headers=servers.wallet.management, json={"name": number}
        )
        self.headers = {"Authorization": f"Bearer {account['token']}"}

    def receive(self, types: list[str]) -> list[dict[str, Any]]:
        """Cards, by an offer with a transaction code."""
        offer = post(
            f"{self.servers.issuer.url}/management/offers",
            201,
            headers=self.servers.issuer.management,
            json={"subject_ref": self.subject_ref, "credential_configuration_ids": types, "tx_code": True},
        )
        wallet = self.servers.wallet.url
        body = {"credential_offer": offer["credential_offer_link"]}
        opened = post(f"{wallet}/offers", 201, headers=self.headers, json=body)
        accepted = post(
            f"{wallet}/offers/{opened['operation_id']}/accept",
            headers=self.headers,
            json={"tx_code": offer["tx_code"]},
        )
        received: list[dict[str, Any]] = accepted["credentials"]
        return received

    def present(self, service: tuple[str, str], preset: str, **options: Any) -> dict[str, Any]:
        """The result of the relying service."""
        asked = {"preset": preset, **options}
        started = post(f"{self.servers.verifier.url}/presentations", 201, auth=service, json=asked)
        opened = self.open(started)
        assert opened["can_answer"], opened
        self.consent(opened)
        result: dict[str, Any] = get(started["result_url"], auth=service)
        return result

    def open(self, started: dict[str, Any]) -> dict[str, Any]:
        """What the wallet shows before anything is agreed to."""
        body = {"authorization_request": started["authorization_request"]}
        opened: dict[str, Any] = post(
            f"{self.servers.wallet.url}/presentations", 201, headers=self.headers, json=body
        )
        return opened

    def open_page_request(self, origin: str, asked: dict[str, Any]) -> dict[str, Any]:
        """The same for what a page asks through the browser, which names the page's origin."""
        body = {"origin": origin, **asked}
        opened: dict[str, Any] = post(
            f"{self.servers.wallet.url}/presentations/page", 201, headers=self.headers, json=body
        )
        return opened

    def consent(self, opened: dict[str, Any]) -> dict[str, Any]:
        """Shows what was asked for."""
        url = f"{self.servers.wallet.url}/presentations/{opened['operation_id']}/consent"
        sent: dict[str, Any] = post(url, headers=self.headers, json={})
        return sent


def register_service(verifier: Server, *presets: str) -> tuple[str, str]:
    """A relying service: its id and its secret."""
    wanted = {"name_en": "Shop", "name_fr": "Épicerie", "presets": list(presets)}
    client = post(f"{verifier.url}/management/clients", 201, headers=verifier.management, json=wanted)
    return client["client_id"], client["client_secret"]
