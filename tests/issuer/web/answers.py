"""What a refusal has to look like, whatever was wrong."""

import re
from typing import Any

import httpx

# OpenID4VCI section 8.3.1.2 and RFC 6749 section 5.2: printable ASCII without quotation mark and backslash.
DESCRIPTION = re.compile(r"[\x20-\x21\x23-\x5B\x5D-\x7E]+")


def refusal(answer: httpx.Response) -> tuple[int, str]:
    """Status and registered code, after everything that holds for every refusal of a protocol endpoint."""
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["cache-control"] == "no-store"
    body: dict[str, Any] = answer.json()
    assert set(body) <= {"error", "error_description", "error_uri"}
    assert DESCRIPTION.fullmatch(body["error_description"])
    if answer.status_code == 401:
        assert answer.headers["www-authenticate"]
    return answer.status_code, body["error"]


def problem(answer: httpx.Response) -> tuple[int, str]:
    """The same for the management API (RFC 9457)."""
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["cache-control"] == "no-store"
    body: dict[str, Any] = answer.json()
    assert body["status"] == answer.status_code
    assert body["request_id"]
    assert body["title"]
    return answer.status_code, body["code"]
