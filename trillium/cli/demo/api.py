"""The demonstration's hands: the three APIs as their users call them."""

from dataclasses import dataclass
from importlib import resources
from typing import Any

import httpx

from trillium.cli.demo.report import Unexpected
from trillium.cli.demo.server import DemoServer


@dataclass(frozen=True, slots=True)
class Account:
    """A resident's wallet."""

    headers: dict[str, str]


class DemoApi:
    """Calls over HTTP; an answer that is not the expected one is Unexpected."""

    def __init__(self, server: DemoServer) -> None:
        self.base_url = server.base_url
        self._http = httpx.Client(base_url=server.base_url, timeout=30.0, trust_env=False)
        self._management = {"Authorization": f"Bearer {server.management_token}"}
        self._service: tuple[str, str] | None = None

    def close(self) -> None:
        self._http.close()

    # the administrator

    def import_residents(self) -> dict[str, int]:
        """Fills the register with the residents that are shipped."""
        text = (resources.files("issuer") / "sample_data" / "residents.csv").read_bytes()
        headers = {**self._management, "Content-Type": "text/csv"}
        answer = self._send("POST", "/issuer/management/residents/import", content=text, headers=headers)
        return {name: int(answer[name]) for name in ("imported", "updated", "unchanged")}

    def find_resident(self, register_number: str) -> dict[str, str]:
        """The resident with a register number."""
        answer = self._manage("POST", "/issuer/management/residents/search", {"text": register_number})
        found: dict[str, str] = answer["residents"][0]
        return found

    def offer(self, subject_ref: str, types: list[str], *, tx_code: bool) -> dict[str, Any]:
        """Offers credentials to a resident."""
        body = {"subject_ref": subject_ref, "credential_configuration_ids": types, "tx_code": tx_code}
        return self._manage("POST", "/issuer/management/offers", body, status=201)

    def change_status(self, subject_ref: str, change: str, reason: str) -> dict[str, Any]:
        """Revokes, suspends or reinstates everything a resident holds."""
        body = {"subject_ref": subject_ref, "change": change, "reason": reason}
        return self._manage("POST", "/issuer/management/status-changes", body)

    def drill(self, seconds: int) -> None:
        """Puts status lists out of the verifier's reach."""
        body = {"unreachable_seconds": seconds}
        self._manage("POST", "/verifier/management/drills/status-lists", body, status=204)

    # a relying service

    def register_service(self, presets: list[str]) -> None:
        """Registers a shop that may use these presets."""
        body = {"name_en": "Corner shop", "name_fr": "Épicerie du coin", "presets": presets}
        answer = self._manage("POST", "/verifier/management/clients", body, status=201)
        self._service = (answer["client_id"], answer["client_secret"])

    def start(self, preset: str, *, in_the_clear: bool = False) -> dict[str, Any]:
        """Asks for what a preset says. ``in_the_clear``: whoever carries the answer can change it."""
        wanted = {"preset": preset, "response_mode": "direct_post" if in_the_clear else "direct_post.jwt"}
        return self._send("POST", "/verifier/presentations", 201, json=wanted, auth=self._service)

    def result(self, started: dict[str, Any]) -> dict[str, Any]:
        """Fetches the result, once."""
        return self._send("GET", started["result_url"], auth=self._service)

    def state(self, started: dict[str, Any]) -> str:
        """How the presentation stands."""
        answer = self._send("GET", started["status_url"], auth=self._service)
        return str(answer["state"])

    # a resident with a wallet

    def open_wallet(self, name: str) -> Account:
        """A new wallet."""
        answer = self._manage("POST", "/wallet/accounts", {"name": name}, status=201)
        return Account({"Authorization": f"Bearer {answer['token']}"})

    def receive(self, account: Account, link: str, tx_code: str | None) -> list[dict[str, Any]]:
        """Opens an offer and accepts it."""
        opened = self._hold(account, "POST", "/wallet/offers", {"credential_offer": link}, status=201)
        body = {} if tx_code is None else {"tx_code": tx_code}
        accepted = self._hold(account, "POST", f"/wallet/offers/{opened['operation_id']}/accept", body)
        received: list[dict[str, Any]] = accepted["credentials"]
        return received

    def show(self, account: Account, credential_id: str) -> dict[str, Any]:
        """One credential with its claims, for its holder."""
        return self._hold(account, "GET", f"/wallet/credentials/{credential_id}")

    def open_request(self, account: Account, link: str) -> dict[str, Any]:
        """Reads a request: who asks, for what, and what could be shown."""
        body = {"authorization_request": link}
        return self._hold(account, "POST", "/wallet/presentations", body, status=201)

    def consent(self, account: Account, operation_id: str) -> dict[str, Any]:
        """Shows what was asked."""
        return self._hold(account, "POST", f"/wallet/presentations/{operation_id}/consent", {})

    def refuse(self, account: Account, operation_id: str) -> None:
        """Says no."""
        self._hold(account, "POST", f"/wallet/presentations/{operation_id}/refuse", {})

    def _manage(self, method: str, path: str, body: dict[str, Any], status: int = 200) -> dict[str, Any]:
        return self._send(method, path, status, json=body, headers=self._management)

    def _hold(
        self, account: Account, method: str, path: str, body: dict[str, Any] | None = None, status: int = 200
    ) -> dict[str, Any]:
        if body is None:
            return self._send(method, path, status, headers=account.headers)
        return self._send(method, path, status, json=body, headers=account.headers)

    def _send(self, method: str, path: str, status: int = 200, **options: Any) -> dict[str, Any]:
        response = self._http.request(method, path, **options)
        if response.status_code != status:
            raise Unexpected(
                f"{method} {path.partition('?')[0]}: {response.status_code} {response.text[:200]}"
            )
        answer: dict[str, Any] = response.json() if response.content else {}
        return answer
