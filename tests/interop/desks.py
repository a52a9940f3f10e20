"""The people on our side of the counter: who issues, and who asks. Both use the public HTTP APIs."""

from dataclasses import dataclass
from typing import Any

import httpx

from tests.interop.register import register_file
from tests.interop.server_process import TIMEOUT_S, ServerProcess

PRESETS = ["age-19-or-over", "ontario-resident", "identity"]


@dataclass(frozen=True)
class IssuingDesk:
    """An operator with the management token, and the register of the sample data."""

    client: httpx.Client
    """Of the issuer, authenticated."""

    def import_residents(self) -> None:
        self._post("/management/residents/import", content=register_file(), type_="text/csv")

    def find(self, register_number: str) -> str:
        """The subject reference of a resident."""
        found = self._post("/management/residents/search", {"text": register_number})["residents"]
        assert [one["register_number"] for one in found] == [register_number]
        return str(found[0]["subject_ref"])

    def offer(
        self,
        register_number: str,
        *types: str,
        tx_code: bool = False,
        by: str = "reference",
        grant: str = "pre-authorized_code",
    ) -> dict[str, Any]:
        """A new offer: `credential_offer_link`, `tx_code`, and more."""
        wanted = {
            "subject_ref": self.find(register_number),
            "credential_configuration_ids": list(types),
            "tx_code": tx_code,
            "by": by,
            "grant": grant,
        }
        answer: dict[str, Any] = self._post("/management/offers", wanted)
        return answer

    def offer_state(self, offer: dict[str, Any]) -> str:
        answer = self.client.get(f"/management/offers/{offer['offer_id']}").raise_for_status()
        return str(answer.json()["state"])

    def approve(self, register_number: str) -> None:
        """Lets everything go out that waits for a clerk's decision about a person."""
        asked = {"subject_ref": self.find(register_number)}
        waiting = self.client.get("/management/deferrals", params=asked).raise_for_status().json()
        for one in waiting["deferrals"]:
            self._post(f"/management/deferrals/{one['deferral_id']}/approve")

    def change_status(self, register_number: str, change: str, reason: str) -> int:
        """Revokes, suspends or reinstates all cards of a person; the number of changed copies."""
        wanted = {"subject_ref": self.find(register_number), "change": change, "reason": reason}
        return int(self._post("/management/status-changes", wanted)["changed_copies"])

    def _post(self, path: str, json: Any = None, *, content: bytes | None = None, type_: str = "") -> Any:
        headers = {"Content-Type": type_} if type_ else {}
        return self.client.post(path, json=json, content=content, headers=headers).raise_for_status().json()


@dataclass(frozen=True)
class Started:
    """A presentation as the relying service holds it."""

    client: httpx.Client
    answer: dict[str, Any]

    @property
    def authorization_request(self) -> str:
        """What the wallet gets, as link or QR code."""
        return str(self.answer["authorization_request"])

    @property
    def request_uri(self) -> str:
        return str(self.answer["request_uri"])

    @property
    def page_url(self) -> str:
        """Where the visitor's browser goes."""
        return str(self.answer["page_url"])

    def state(self) -> str:
        return str(self.client.get(self.answer["status_url"]).raise_for_status().json()["state"])

    def fetch(self) -> httpx.Response:
        """The result, whatever the status of the answer."""
        return self.client.get(self.answer["result_url"])

    def result(self) -> dict[str, Any]:
        """The result, which is there."""
        result: dict[str, Any] = self.fetch().raise_for_status().json()
        return result


@dataclass(frozen=True)
class RelyingService:
    """A shop with the verifier's client id and secret."""

    client: httpx.Client

    def ask(self, preset: str, *, prefix: str = "x509_hash", method: str = "post", **options: Any) -> Started:
        """A new presentation request; whatever else the API takes as ``options``."""
        wanted = {"preset": preset, "client_id_prefix": prefix, "request_uri_method": method, **options}
        return Started(self.client, self.client.post("/presentations", json=wanted).raise_for_status().json())


def open_issuing_desk(server: ServerProcess) -> IssuingDesk:
    client = httpx.Client(
        base_url=server.issuer, headers=server.management_headers(), timeout=TIMEOUT_S, trust_env=False
    )
    desk = IssuingDesk(client)
    desk.import_residents()
    return desk


def open_relying_service(server: ServerProcess) -> RelyingService:
    """Registers a relying service and logs it in."""
    names = {"name_en": "Corner shop", "name_fr": "Dépanneur", "presets": PRESETS}
    client = httpx.Client(base_url=server.verifier, timeout=TIMEOUT_S, trust_env=False)
    answer = client.post("/management/clients", json=names, headers=server.management_headers())
    known = answer.raise_for_status().json()
    client.auth = httpx.BasicAuth(known["client_id"], known["client_secret"])
    return RelyingService(client)
