"""The story, step by step: issue, hold, show, forge, revoke, suspend, lose sight of."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from trillium.cli.demo.api import Account, DemoApi
from trillium.cli.demo.report import Report, Step, Unexpected

MAYA = "ON-1000003"
ARJUN = "ON-1015841"
ADAEZE = "ON-1039598"
REPUBLISHED_WITHIN = 2.0
POLL = 0.05
PRESETS = ["age-19-or-over", "ontario-resident", "identity"]


@dataclass(slots=True)
class Story:
    """What the steps learn from one another. ``attack(link, tx_code, request)`` is the forger's wallet."""

    api: DemoApi
    report: Report
    people: dict[str, dict[str, str]] = field(default_factory=dict)
    wallets: dict[str, Account] = field(default_factory=dict)
    credentials: dict[str, list[dict[str, Any]]] = field(default_factory=dict)

    def tell(self, steps: list[tuple[str, Callable[["Story", Step], None]]]) -> None:
        """Runs the steps in order."""
        for title, work in steps:
            with self.report.step(title) as step:
                work(self, step)

    def equip(self, number: str, types: list[str], *, tx_code: bool) -> list[dict[str, Any]]:
        """Opens a wallet for a resident and fills it from an offer."""
        person = self.api.find_resident(number)
        self.people[number] = person
        self.wallets[number] = self.api.open_wallet(person["name"])
        offer = self.api.offer(person["subject_ref"], types, tx_code=tx_code)
        received = self.api.receive(self.wallets[number], offer["credential_offer_link"], offer["tx_code"])
        self.credentials[number] = received
        return received

    def present(self, number: str, preset: str) -> dict[str, Any]:
        """A resident shows what a preset asks; the result as the relying service gets it."""
        started = self.api.start(preset)
        opened = self.api.open_request(self.wallets[number], started["authorization_request"])
        self.api.consent(self.wallets[number], opened["operation_id"])
        return self.api.result(started)


def import_residents(story: Story, step: Step) -> None:
    counts = story.api.import_residents()
    known = counts["imported"] + counts["updated"] + counts["unchanged"]
    step.say(f"The register holds {known} fictional residents of Ontario.")
    story.api.register_service(PRESETS)
    step.say("A corner shop is registered: it may ask three things, and nothing else.")


def receive(story: Story, step: Step) -> None:
    received = story.equip(MAYA, ["photo-card", "proof-of-age"], tx_code=True)
    name = story.people[MAYA]["name"]
    step.say(f"{name} gets an offer by link and six digits by another way.")
    for credential in received:
        step.say(f"{credential['type']}: {credential['copies']} copies, a key of its own for each.")
        step.expect(credential["copies"], 10, "copies")


def look(story: Story, step: Step) -> None:
    card = next(one for one in story.credentials[MAYA] if one["type"] == "photo-card")
    shown = story.api.show(story.wallets[MAYA], card["credential_id"])
    hidden, visible = _paths(shown, shown_by_default=False), _paths(shown, shown_by_default=True)
    step.say(f"Always visible to a verifier: {', '.join(visible)}.")
    step.say(f"Hidden until the holder agrees: {', '.join(hidden)}.")
    step.expect({"birthdate", "family_name"} <= set(hidden), True, "birth date and name are hidden")
    step.expect(set(hidden) & set(visible), set(), "hidden and visible at once")


def prove_age(story: Story, step: Step) -> None:
    result = story.present(MAYA, "age-19-or-over")
    step.expect(result["outcome"], "accepted", "outcome")
    [claims] = result["claims"].values()
    step.say(f"The shop learns exactly this: {in_words(claims)}.")
    step.expect(claims, {"age_equal_or_over": {"19": True}}, "claims")


def minor(story: Story, step: Step) -> None:
    story.equip(ARJUN, ["proof-of-age"], tx_code=False)
    started = story.api.start("age-19-or-over")
    opened = story.api.open_request(story.wallets[ARJUN], started["authorization_request"])
    step.expect(opened["can_answer"], False, "can the wallet answer")
    step.say(f"{story.people[ARJUN]['name']} is a minor: the wallet has nothing to show, and says so to him.")
    story.api.refuse(story.wallets[ARJUN], opened["operation_id"])
    step.expect(story.api.state(started), "cancelled", "state")
    step.say("The shop learns that nothing was shown, and not why.")


def prove_residence(story: Story, step: Step) -> None:
    result = story.present(MAYA, "ontario-resident")
    step.expect(result["outcome"], "accepted", "outcome")
    [claims] = result["claims"].values()
    step.say(f"The shop learns exactly this: {in_words(claims)}.")
    step.expect(claims, {"address": {"region": "ON", "locality": "Toronto"}}, "claims")


def revoke(story: Story, step: Step) -> None:
    changed = story.api.change_status(story.people[MAYA]["subject_ref"], "revoke", "stolen_phone")
    seconds = _await_status(story, MAYA, "revoked")
    step.say(
        f"Her phone was stolen: {changed['changed_copies']} copies revoked, published {seconds:.2f} s later."
    )
    _refused(story, step, MAYA, "revoked")


def suspend(story: Story, step: Step) -> None:
    story.equip(ADAEZE, ["photo-card", "proof-of-age"], tx_code=True)
    subject = story.people[ADAEZE]["subject_ref"]
    story.api.change_status(subject, "suspend", "lost")
    _await_status(story, ADAEZE, "suspended")
    step.say(f"{story.people[ADAEZE]['name']} cannot find her phone: her credentials are suspended.")
    _refused(story, step, ADAEZE, "suspended")
    story.api.change_status(subject, "reinstate", "found")
    _await_status(story, ADAEZE, "valid")
    result = story.present(ADAEZE, "age-19-or-over")
    step.expect(result["outcome"], "accepted", "outcome after reinstating")
    step.say("She found it: reinstated, and accepted again.")


def out_of_reach(story: Story, step: Step) -> None:
    story.api.drill(30)
    try:
        result = story.present(ADAEZE, "age-19-or-over")
    finally:
        story.api.drill(0)
    step.expect(result["outcome"], "undetermined", "outcome")
    step.expect(result["clerk_outcome"], "cannot_tell", "outcome for the clerk")
    [reason] = result["reasons"]
    step.say("The list of revoked credentials cannot be reached. The answer is neither yes nor no:")
    step.say(f"“{reason['text']['en-CA']}”")
    step.say(f"« {reason['text']['fr-CA']} »")


def _refused(story: Story, step: Step, number: str, outcome: str) -> None:
    result = story.present(number, "age-19-or-over")
    step.expect(result["outcome"], "rejected", "outcome")
    step.expect(result["clerk_outcome"], outcome, "outcome for the clerk")
    step.expect(result["claims"], {}, "claims")
    step.say(f"The shop is told “{result['reasons'][0]['text']['en-CA']}” and gets no data.")


def _await_status(story: Story, number: str, status: str) -> float:
    """Seconds until the published lists say so of every credential that a resident holds."""
    started = time.perf_counter()
    for credential in story.credentials[number]:
        while story.api.show(story.wallets[number], credential["credential_id"])["status"] != status:
            if time.perf_counter() - started > REPUBLISHED_WITHIN:
                raise Unexpected(f"not published as {status} within {REPUBLISHED_WITHIN:.0f} s")
            time.sleep(POLL)
    return time.perf_counter() - started


def _paths(shown: dict[str, Any], *, shown_by_default: bool) -> list[str]:
    return sorted(
        ".".join(str(part) for part in one["path"])
        for one in shown["disclosures"]
        if one["shown_by_default"] is shown_by_default
    )


def in_words(claims: dict[str, Any], above: str = "") -> str:
    """Claims as ``address.region: ON``, one after the other."""
    told = []
    for name, value in claims.items():
        place = f"{above}{name}"
        if isinstance(value, dict):
            told.append(in_words(value, f"{place}."))
        else:
            told.append(f"{place}: {str(value).lower() if isinstance(value, bool) else value}")
    return ", ".join(told)
