"""What a verifier at its usual place may be made to call, with one relying service on the same machine."""

from trillium.runtime.addresses import may_be_public
from verifier.domain.callable_addresses import CallableAddresses

OURS = "http://localhost:8000"
LAPTOP = "http://localhost:9000"
CALLABLE = CallableAddresses(may_be_public, (OURS, LAPTOP), f"{OURS}/verifier")
