"""A server alone logs as all of them together do: lines of JSON, nothing about who asked for what."""

import json
from pathlib import Path

import httpx

from tests.flows.servers import serving
from tests.patience import PATIENCE_S
from tests.ports import keep_ports


def test_a_single_application_logs_with_redaction(tmp_path: Path) -> None:
    [port] = keep_ports(1)
    settings = {"ISSUER_PUBLIC_URL": f"http://localhost:{port}"}
    with serving("issuer", port, tmp_path, settings) as issuer:
        found = httpx.get(
            f"{issuer.url}/management/credentials",
            params={"subject_ref": "planted-person-4711"},
            headers=issuer.management,
            timeout=PATIENCE_S,
            trust_env=False,
        )
        assert found.json() == {"credentials": []}
    lines = [json.loads(line) for line in (tmp_path / "issuer.log").read_text().splitlines()]
    [request] = [line for line in lines if line.get("route") == "/management/credentials"]
    assert request["status"] == 200
    assert request["request_id"]
    assert "planted-person-4711" not in str(lines)
