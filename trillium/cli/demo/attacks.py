"""Two steps of the story in which somebody cheats."""

import orjson

from trillium.cli.demo.forger import Forger, change_a_claim, repeat
from trillium.cli.demo.report import Step
from trillium.cli.demo.story import ADAEZE, Story

REFUSED = 400


def tamper(story: Story, step: Step, forger: Forger) -> None:
    """A disclosure is altered after the holder signed."""
    person = story.api.find_resident(ADAEZE)
    offer = story.api.offer(person["subject_ref"], ["photo-card"], tx_code=False)
    forger.receive(offer["credential_offer_link"])
    started = story.api.start("ontario-resident", in_the_clear=True)
    answer = forger.present(started["authorization_request"], change_a_claim)
    step.expect(answer.status, REFUSED, "status")
    result = story.api.result(started)
    step.expect(result["outcome"], "rejected", "outcome")
    step.expect(result["clerk_outcome"], "not_genuine", "outcome for the clerk")
    step.say("Somebody changes one word of a shown claim. The verifier gives every reason:")
    for reason in result["reasons"]:
        step.say(f"{reason['code']}: {reason['text']['en-CA']}")


def replay(story: Story, step: Step, forger: Forger) -> None:
    """A genuine presentation is sent again: to the same request, and to another one."""
    first = story.api.start("ontario-resident", in_the_clear=True)
    answer = forger.present(first["authorization_request"], lambda fields: fields)
    step.expect(answer.status, 200, "status of the genuine presentation")
    genuine = forger.delivery.sent[-1]
    step.expect(forger.send_again().status, REFUSED, "status of the same once more")
    step.say("A genuine presentation is sent twice to its own request: the second is refused.")
    second = story.api.start("ontario-resident", in_the_clear=True)
    answer = forger.present(second["authorization_request"], repeat(genuine))
    step.expect(answer.status, REFUSED, "status of the copy")
    told = orjson.loads(answer.body)
    step.say(f"A copy of it is sent to another request: “{told['error_description']}”")
    step.expect(story.api.state(second), "retrieved", "state of the other request")
    step.say("The other request stays open for its rightful holder.")
