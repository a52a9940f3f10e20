"""Issuing, presenting and verifying one credential, against bare signatures and against `sd-jwt`."""

from collections.abc import Callable, Iterator
from datetime import timedelta

from bench import limit
from bench.example import NAMES, NOW, Example
from bench.figures import Figure, at_least, share_of
from bench.interleave import Case, Effort, measure
from bench.reference import OtherVerifier, Reference
from specs.jose import ChainCache
from specs.sd_jwt_vc.credential import check_credential, parse_credential

GROUP = "SD-JWT VC"
_LEEWAY = timedelta(seconds=60)
_ALL = len(NAMES)
_BARE = "two bare verifies + holder's key"


def verifying(example: Example, presentation: str) -> Callable[[], object]:
    """Everything a verifier checks but the status; the chain is remembered, as it is in the verifier."""
    chains, policy = ChainCache(), example.policy

    def verify() -> None:
        unverified = parse_credential(presentation)
        chain = chains.verify(unverified.header.get("x5c"), example.anchors, now=NOW)
        report = check_credential(
            unverified, chain.key, key_binding=policy, now=NOW, leeway=_LEEWAY, required=("exp",)
        )
        assert report.verified is not None

    return verify


def figures(effort: Effort) -> Iterator[Figure]:
    example = Example.create()
    reference = Reference(example)
    cases, size = _cases(example, reference)
    timings = measure(cases, effort)
    issue = f"issue, 12 of 18 claims disclosable, {size} bytes"
    rows = [
        (issue, "issue", "bare sign", at_least(0.45)),
        (issue, "issue", "sd-jwt issue", at_least(4.5)),
        ("present 4 of 12 + key binding", "present 4", "bare sign", at_least(0.45)),
        ("present 4 of 12 + key binding", "present 4", "sd-jwt present 4", at_least(4.5)),
        ("open what is stored, then present 4", "open, present 4", "bare sign", None),
        ("open what is stored, then present 4", "open, present 4", "sd-jwt open, present 4", None),
    ]
    for count, share in ((4, 0.72), (_ALL, 0.64)):
        path, name = f"verify {count} shown + key binding", f"verify {count}"
        rows.append((path, name, f"{_BARE} {count}", at_least(share)))
        rows.append((path, name, f"sd-jwt verify {count}", at_least(2.3)))
        rows.append((path, name, f"openvc-core verify {count}", at_least(1.5)))
    # How well Python does beside the crypto differs between machines: this is the same peer's share there.
    rows += [
        ("for scale: sd-jwt's own issue (0.097 where the goals were set)", "sd-jwt issue", "bare sign", None),
        (
            "for scale: sd-jwt's own verify 4 (0.31 where the goals were set)",
            "sd-jwt verify 4",
            f"{_BARE} 4",
            None,
        ),
    ]
    for path, ours, theirs, goal in rows:
        yield share_of(GROUP, path, timings[ours], (_label(theirs), timings[theirs]), goal)


def _label(case: str) -> str:
    """The name without the number that tells cases apart."""
    return case.rstrip(" 0123456789")


def _cases(example: Example, reference: Reference) -> tuple[list[Case], int]:
    """What is measured, and how large the credential is."""
    credential, theirs = example.issue(), reference.issue()
    held, their_held = example.open(credential), reference.open(theirs)
    jwt = credential.partition("~")[0]
    cases = [
        Case("bare sign", limit.bare_sign(jwt.rpartition(".")[0].encode())),
        Case("issue", example.issue),
        Case("sd-jwt issue", reference.issue),
        Case("present 4", lambda: example.present(held, 4)),
        Case("sd-jwt present 4", lambda: reference.present(their_held, 4)),
        Case("open, present 4", lambda: example.present(example.open(credential), 4)),
        Case("sd-jwt open, present 4", lambda: reference.present(reference.open(theirs), 4)),
    ]
    for count in (4, _ALL):
        ours = example.present(held, count)
        cases += [
            Case(f"{_BARE} {count}", _two_verifies(ours)),
            Case(f"verify {count}", verifying(example, ours)),
            Case(f"sd-jwt verify {count}", _reference_verify(reference, theirs, count)),
            Case(f"openvc-core verify {count}", _other_verify(example, ours)),
        ]
    return cases, len(credential)


def _two_verifies(presentation: str) -> Callable[[], object]:
    """Over as many bytes as the issuer and the holder signed."""
    jwt, _, rest = presentation.partition("~")
    signed = [one.rpartition(".")[0].encode() for one in (jwt, rest.rpartition("~")[2])]
    return limit.both(limit.bare_verify(signed[0]), limit.bare_verify_with_new_key(signed[1]))


def _reference_verify(reference: Reference, credential: str, count: int) -> Callable[[], object]:
    presentation = reference.present(reference.open(credential), count)
    return lambda: reference.verify(presentation)


def _other_verify(example: Example, presentation: str) -> Callable[[], object]:
    other = OtherVerifier(example)
    return lambda: other.verify(presentation)
