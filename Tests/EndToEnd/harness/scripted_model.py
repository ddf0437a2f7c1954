"""A model that says what a script says, in the words of the API that asks: Chat Completions, Responses or Messages."""

import json
import threading
from dataclasses import dataclass, field
from uuid import uuid4

from harness import model_wire
from harness.stub_upstream import Exchange

Arguments = dict[str, object]
# A failure that is no status: nothing is answered until the client has left.
SILENCE = 0


@dataclass
class Turn:
    """What the model says at one place of a conversation: a text, or tools with their arguments."""

    words: str = ""
    tools: list[tuple[str, Arguments]] = field(default_factory=list)
    # Statuses that are answered first, or `SILENCE`, one a request.
    failures: tuple[int, ...] = ()


def say(words: str, failures: tuple[int, ...] = ()) -> Turn:
    return Turn(words, failures=failures)


def use(*tools: tuple[str, Arguments], failures: tuple[int, ...] = ()) -> Turn:
    return Turn(tools=list(tools), failures=failures)


class ScriptedModel:
    """An answer of a stub upstream. A conversation is told by how its first words of the user begin, and its turn by how often the
    model has spoken in it: nothing is remembered of callers, so that any number of them may follow a script at the same time.
    `new_id` makes the ids of tool calls from the turn and their place in the reply; by default each id is new.
    """

    def __init__(self, script: dict[str, list[Turn]], new_id=None):
        self.script = script
        self.new_id = new_id
        self._lock = threading.Lock()
        self._failed: dict[tuple[str, int], int] = {}
        # What the provider keeps of a Responses conversation: its words and how often the model has spoken.
        self._kept: dict[str, tuple[str, int]] = {}

    def __call__(self, exchange: Exchange):
        request = json.loads(exchange.read_body())
        wire = model_wire.wire(exchange.head.target)
        opening, place = self.place(wire, request)
        turn = self._turn(opening, place)
        failure = self._failure(turn, opening, place)
        if failure == SILENCE:
            exchange.peer_has_left()
            return exchange.close()
        if failure:
            return model_wire.fail(exchange, wire, failure)
        reply = model_wire.Reply(
            id=f"{wire.prefix}{uuid4().hex}",
            model=request["model"],
            words=turn.words,
            tools=[(self._tool_id(wire, place, at), name, given) for at, (name, given) in enumerate(turn.tools)],
        )
        with self._lock:
            self._kept[reply.id] = (opening, place + 1)
        wire.answer(exchange, reply, bool(request.get("stream")))

    def place(self, wire: model_wire.Wire, request: dict) -> tuple[str, int]:
        """How the conversation begins, and how often the model has spoken in it."""
        before = self._kept[request["previous_response_id"]] if request.get("previous_response_id") else ("", 0)
        opening, place = wire.place(request)
        return before[0] or opening, before[1] + place

    def _turn(self, opening: str, place: int) -> Turn:
        found = [turns for words, turns in self.script.items() if opening.startswith(words)]
        assert len(found) == 1, f"a script of {opening!r}: {len(found)} begin like that"
        assert place < len(found[0]), f"the script of {opening!r} has no turn {place}"
        return found[0][place]

    def _failure(self, turn: Turn, opening: str, place: int) -> int | None:
        with self._lock:
            failed = self._failed.get((opening, place), 0)
            if failed == len(turn.failures):
                return None
            self._failed[opening, place] = failed + 1
            return turn.failures[failed]

    def _tool_id(self, wire: model_wire.Wire, turn: int, place: int) -> str:
        return self.new_id(turn, place) if self.new_id else f"{wire.tool_prefix}{uuid4().hex[:24]}"
