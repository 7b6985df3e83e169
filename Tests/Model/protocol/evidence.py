"""What was said of each pair, and who must hear of it."""
from __future__ import annotations

from .messages import Edge, Seen
from .routing import Routing
from .state import NO_EVIDENCE, Evidence
from .words import BAN, LINK, OBSERVE, UNBAN, UNLINK, Event

Registers = dict[tuple[str, str], tuple[int, bool]]


class EvidenceKeeping(Routing):
    """Evidence lies at the home of a pair's lesser end, so a repeated sighting costs no message."""

    def on_event(self, event: Event) -> None:
        if event.operation == OBSERVE:
            self.tell_seen_here(event)
            return
        pair = (event.a, event.b)
        old = self.evidence.get(pair, NO_EVIDENCE)
        registers = self.recorded(old.registers, event)
        live, least = is_live(registers), old.least
        if event.operation == LINK and event.time < least:
            least = event.time
            self.tell_seen_here(event)
            self.ask_home(event.b, Seen(None, event.b, event.time, event.value_b))
        version = old.version + (live != old.live)
        self.evidence[pair] = Evidence(registers, least, version, live)
        if live != old.live:
            component = self.place(event.a).component
            self.send(component.partition, Edge(component, event.a, event.b, version, live))

    def tell_seen_here(self, event: Event) -> None:
        """Of the lesser end, whose home this is."""
        component = self.place(event.a).component
        self.send(component.partition, Seen(component, event.a, event.time, event.value_a))

    def on_seen(self, seen: Seen) -> None:
        held = self.find(seen)
        if held is None:
            return
        member = held.members[seen.node]
        if member.value is None or seen.time < member.first_seen:
            held.members[seen.node] = member._replace(
                first_seen=min(seen.time, member.first_seen), value=seen.value)
            self.dirty.add(seen.component)

    def recorded(self, registers: Registers, event: Event) -> Registers:
        """The registers after the event."""
        kind = BAN if event.operation in (BAN, UNBAN) else LINK
        word = (event.time, event.operation in (UNLINK, BAN))
        old = registers.get((event.source, kind))
        if old is not None and not self.outranks(word, old):
            return registers
        return {**registers, (event.source, kind): word}

    def outranks(self, word: tuple[int, bool], old: tuple[int, bool]) -> bool:
        """The greater time wins; ties go to unlink and to ban."""
        return word > old


def is_live(registers: Registers) -> bool:
    """Some source says link, and none says ban."""
    linked = False
    for (_, kind), (_, negative) in registers.items():
        if kind == BAN and negative:
            return False
        linked = linked or (kind == LINK and not negative)
    return linked
