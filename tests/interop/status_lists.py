"""A holder's own look at a status list, read with a third-party library (`token-status-list`)."""

import time

from token_status_list import BitArray

from tests.interop.sd_jwt_text import SdJwtText, read_jwt
from tests.interop.server_process import fetch
from tests.patience import PATIENCE_S

VALID, INVALID, SUSPENDED = 0, 1, 2


def read_status(credential: SdJwtText) -> int:
    """The published status of one copy."""
    uri, index = credential.status_entry
    answer = fetch(uri, accept="application/statuslist+jwt")
    assert answer.headers["content-type"] == "application/statuslist+jwt"
    token = read_jwt(answer.text)
    assert token.header["typ"] == "statuslist+jwt"
    assert token.payload["sub"] == uri
    return int(BitArray.load(token.payload["status_list"]).get(index))


def wait_for_status(credential: SdJwtText, status: int) -> None:
    """Until the list says so: a change is published a moment after it is made."""
    deadline = time.monotonic() + PATIENCE_S
    while (published := read_status(credential)) != status:
        assert time.monotonic() < deadline, f"the list still says {published}"
        time.sleep(0.1)
