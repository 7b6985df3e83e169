#!/usr/bin/env python3
"""Makes this folder's events and their expected customers, the same at every run.

    python3 Fixtures/Events/make.py

People and shops are invented; addresses end in example domains (RFC 2606), telephone numbers lie
in the range that Ofcom keeps for drama (+44 7700 900000 to 900999). README.md tells the story.
"""

import csv
import io
import json
import random
import re
from datetime import datetime, timedelta, timezone
from pathlib import Path

HERE = Path(__file__).parent
CUSTOMERS = 385
START = datetime(2026, 1, 5, 8, tzinfo=timezone.utc)
TURN = datetime(2026, 4, 20, tzinfo=timezone.utc)  # channels are bridged after it
END = datetime(2026, 6, 28, 20, tzinfo=timezone.utc)
KIOSK = "device:kiosk-plaza"

GIVEN = """Ada Bela Carlo Dina Edo Fanny Goran Hanna Ivo Jana Karel Lena Milo Nora Otto Petra Quin
Rosa Sven Tilda Ugo Vera Wim Xenia Yara Zoë""".split()
FAMILY = """Alder Birch Cedar Dogwood Elm Fir Gorse Hazel Ivy Juniper Kelp Larch Maple Nettle Oak
Pine Quince Rowan Sorrel Teasel""".split()
DOMAINS = ["example.com", "example.org", "example.net", "post.example"]

# random() alone is promised to give the same numbers in every version of Python.
_random = random.Random(20260105).random


def chance(part):
    return _random() < part


def pick(options):
    return options[int(_random() * len(options))]


def moment(first, last):
    """A time between two, in whole milliseconds."""
    span = int((last - first).total_seconds() * 1000)
    return first + timedelta(milliseconds=int(_random() * span))


class Event:
    def __init__(self, channel, time, op, a, b, source):
        self.channel, self.time, self.op, self.a, self.b, self.source = (
            channel, time, op, a, b, source)


EVENTS = []


def say(channel, time, op, a, b, source):
    EVENTS.append(Event(channel, time, op, a, b, source))


def silence(time, a, b):
    """Takes out what was said of a pair after a time, so that what follows has the last word."""
    EVENTS[:] = [e for e in EVENTS if {e.a, e.b} != {a, b} or e.time <= time]


def link(channel, first, last, a, b, source, repeats=0.35):
    """A link at some time between two, seen again now and then."""
    time = moment(first, last)
    say(channel, time, "link", a, b, source)
    while chance(repeats):
        time = moment(time, END)
        say(channel, time, "link", a, b, source)
    return time


# The shop's customers


def browse(cookie):
    """Sightings of a cookie."""
    while chance(0.25):
        say("web", moment(START, END), "observe", cookie, None, "web")


class Customer:
    """One person's identifiers in each channel, linked inside the channels."""

    def __init__(self, number):
        name = f"{GIVEN[number % len(GIVEN)]}.{FAMILY[number // len(GIVEN) % len(FAMILY)]}"
        self.email = f"email:{name.lower()}@{pick(DOMAINS)}"
        self.loyalty = f"loyalty:L-{20000 + number * 7}"
        self.phone = f"phone:+447700{900000 + number}"
        self.device = f"device:app-{0x5B3C00 + number * 37:06x}"
        self.cookies = [
            f"cookie:c-{number * 4 + index:04x}{int(_random() * 65536):04x}" for index in range(4)]
        self.channels = self.choose_channels()
        if "web" in self.channels:
            self.cookies = self.cookies[:1 + (chance(0.5)) + (chance(0.25))]
            for cookie in self.cookies:
                browse(cookie)
                link("web", START, TURN, self.email, cookie, "web-login")
        if "app" in self.channels:
            # The app knows the card where there is one, else the address typed at the start.
            end = self.loyalty if "store" in self.channels and chance(0.5) else self.app_address()
            link("app", START, TURN, self.device, end, "app")
        if "store" in self.channels:
            link("store", START, TURN, self.loyalty, self.phone, "store-pos")
        if "call-centre" in self.channels and "store" not in self.channels:
            link("call-centre", START, TURN, self.phone, self.call_name(), "call-centre")

    @staticmethod
    def choose_channels():
        channels = [c for c, part in [("web", 0.75), ("app", 0.45), ("store", 0.55),
                                      ("call-centre", 0.2)] if chance(part)]
        return channels or ["web"]

    def app_address(self):
        # Another address than the web's: the two meet only when somebody bridges them.
        return self.email.replace("@", "+app@")

    def call_name(self):
        return self.email.replace("@", "+calls@")

    def bridge(self):
        """Late: what was two or three customers turns out to be one."""
        if "web" in self.channels and "store" in self.channels and chance(0.6):
            link("web", TURN, END, self.email, self.loyalty, "web-login", 0.2)
        if "web" in self.channels and "app" in self.channels and chance(0.6):
            link("app", TURN, END, self.device, self.email, "app", 0.2)
        if "call-centre" in self.channels and "web" in self.channels and chance(0.6):
            link("call-centre", TURN, END, self.phone, self.email, "call-centre", 0.2)


def ana():
    """The customer of the demo: a web half and a store half, and one call that joins them."""

    def day(month, number, hour):
        return datetime(2026, month, number, hour, 30, tzinfo=timezone.utc)

    email, phone, card = "email:ana.reyes@example.com", "phone:+447700900990", "loyalty:L-41777"
    say("web", day(1, 9, 18), "observe", "cookie:c-ana-laptop", None, "web")
    say("web", day(1, 9, 19), "link", email, "cookie:c-ana-laptop", "web-login")
    say("web", day(2, 2, 7), "link", email, "cookie:c-ana-phone", "web-login")
    say("web", day(3, 15, 21), "link", email, "cookie:c-ana-laptop", "web-login")
    say("store", day(1, 24, 11), "link", card, phone, "store-pos")
    say("store", day(4, 4, 12), "link", card, phone, "store-pos")
    say("app", day(3, 1, 9), "link", "device:app-ana", card, "app")
    say("call-centre", day(5, 12, 10), "link", phone, email, "call-centre")


# What goes wrong in a shop, and how it is put right


def kiosk(customers):
    """A tablet in the lobby: whoever logs in there seems to own it, until a steward bans it."""
    visitors = [c for c in customers if "web" in c.channels][:30]
    for customer in visitors:
        link("app", START, TURN, KIOSK, customer.email, "app", 0.1)
    noticed = datetime(2026, 6, 1, 9, tzinfo=timezone.utc)
    for index, customer in enumerate(visitors):
        time = noticed + timedelta(minutes=index)
        if index % 6 == 5:
            # For these the app takes its own word back; both ways undo the link.
            silence(time, KIOSK, customer.email)
            say("app", time, "unlink", KIOSK, customer.email, "app")
        else:
            say("call-centre", time, "ban", customer.email, KIOSK, "steward")
    # One visitor is the shop's own tablet keeper: her ban is lifted, and the link lives again.
    say("call-centre", noticed + timedelta(days=1), "unban", visitors[0].email, KIOSK, "steward")


def households(customers):
    """Couples who share a tablet stay one customer: nobody said otherwise."""
    owners = [c for c in customers if "app" in c.channels]
    guests = [c for c in customers if "web" in c.channels and "app" not in c.channels]
    for owner, guest in zip(owners[::20], guests[7::15]):
        link("app", START, END, owner.device, guest.email, "app")


def recycled_phones(customers):
    """A number that went to somebody else: the till takes its word back and says it anew."""
    holders = [c for c in customers if "store" in c.channels][3::11]
    for old, new in zip(holders[::2], holders[1::2]):
        time = moment(TURN, END - timedelta(days=3))
        silence(time, old.loyalty, old.phone)
        say("store", time, "unlink", old.loyalty, old.phone, "store-pos")
        say("store", time + timedelta(days=1), "link", new.loyalty, old.phone, "store-pos")


def corners(customers):
    """One event of each kind that a reader might get wrong."""
    web = [c for c in customers if "web" in c.channels]
    day = datetime(2026, 5, 20, 12, tzinfo=timezone.utc)
    # Another source's unlink takes nothing back.
    say("call-centre", day, "unlink", web[40].email, web[40].cookies[0], "steward")
    # A link older than its unlink that arrives late changes nothing.
    silence(day, web[41].email, web[41].cookies[0])
    say("web", day, "unlink", web[41].email, web[41].cookies[0], "web-login")
    say("web", datetime(2026, 1, 6, tzinfo=timezone.utc), "link", web[41].cookies[0],
        web[41].email, "web-login")
    # At the same time unlink wins over link, and ban over unban, in either order of lines.
    last = END - timedelta(hours=1)
    for customer in web[42:45]:
        silence(last, customer.email, customer.cookies[0])
    for op in ["unlink", "link"]:
        say("web", last, op, web[42].email, web[42].cookies[0], "web-login")
    for op in ["ban", "unban"]:
        say("call-centre", last, op, web[43].email, web[43].cookies[0], "steward")
    # Two sources say one link; one takes its word back, the other's still holds.
    say("call-centre", day, "link", web[44].email, web[44].cookies[0], "call-centre")
    say("web", last, "unlink", web[44].email, web[44].cookies[0], "web-login")


# Writing: each channel has its own habits


def messy(identifier):
    """The identifier as people and tills type it."""
    namespace, value = identifier.split(":", 1)
    if namespace == "email":
        if chance(0.15):
            value = value.upper()
        elif chance(0.15):
            value = value.title()
        if chance(0.05):
            value = f" {value}\u00a0"
    elif namespace == "phone":
        number = value.removeprefix("+44")
        value = pick([
            value, value, f"+44 {number[:4]} {number[4:]}", f"0044{number}",
            f"+44-{number[:4]}-{number[4:7]}-{number[7:]}", f"(+44) {number[:4]}.{number[4:]}"])
    elif namespace == "loyalty" and chance(0.1):
        value = f" {value} "
    return namespace, value


def ends(event):
    pair = [event.a, event.b] if event.b else [event.a]
    if len(pair) == 2 and chance(0.3):
        pair.reverse()
    return [messy(end) for end in pair]


def zulu(time, digits=3):
    text = time.strftime("%Y-%m-%dT%H:%M:%S")
    return f"{text}.{time.microsecond // 1000:03d}Z" if digits else f"{text}Z"


def local(time):
    """The same instant on a clock two hours ahead."""
    shifted = time.astimezone(timezone(timedelta(hours=2)))
    return shifted.isoformat(timespec="milliseconds")


def web_line(event):
    pair = [f"{namespace}:{value}" for namespace, value in ends(event)]
    fields = {"op": event.op} if event.op != "link" or chance(0.5) else {}
    fields |= dict(zip("ab", pair))
    fields |= {"ts": local(event.time) if chance(0.2) else zulu(event.time),
               "source": event.source}
    return json.dumps(fields, ensure_ascii=chance(0.5), separators=(",", ":"))


def app_line(event):
    pair = [{"ns": namespace, "value": value} for namespace, value in ends(event)]
    stamp = int(event.time.timestamp()) * 1000 + event.time.microsecond // 1000
    fields = {"op": event.op} | dict(zip("ab", pair)) | {"ts": stamp, "source": event.source}
    if chance(0.5):
        fields["id"] = f"app-{int(_random() * 1e9):09d}"
    return json.dumps(fields, ensure_ascii=False)


def call_line(event):
    pair = [f"{namespace}:{value}" for namespace, value in ends(event)]
    fields = {"ts": zulu(event.time), "source": event.source, "op": event.op}
    return json.dumps(fields | dict(zip("ab", pair)), ensure_ascii=False)


def store_row(event):
    row = [event.op]
    for namespace, value in ends(event):
        row += [namespace, value]
    return row + [zulu(event.time), event.source]


def in_arrival_order(channel):
    """By time, with some events up to an hour late: order does not matter."""
    def arrival(event):
        return event.time + timedelta(hours=1) * (chance(0.1) * _random())

    chosen = [(arrival(event), index, event) for index, event in enumerate(EVENTS)
              if event.channel == channel]
    return [event for _, _, event in sorted(chosen, key=lambda item: item[:2])]


def write(name, text):
    (HERE / name).write_bytes(text.encode())


def write_channels():
    for channel, line in [("web", web_line), ("app", app_line), ("call-centre", call_line)]:
        lines = [line(event) + "\n" for event in in_arrival_order(channel)]
        write(f"{channel}.jsonl", "".join(lines))
    rows = io.StringIO()
    table = csv.writer(rows, lineterminator="\n")
    table.writerow(["op", "a_ns", "a_value", "b_ns", "b_value", "ts", "source"])
    table.writerows(store_row(event) for event in in_arrival_order("store"))
    write("store.csv", rows.getvalue())


# The answer, computed from the clean events with nothing of the product


def live_pairs():
    """The pairs that some source links and none bans: each register keeps its latest word, and
    of two at one time the one that separates."""
    registers = {}
    for event in EVENTS:
        if event.op == "observe":
            continue
        pair = tuple(sorted([event.a, event.b]))
        kind = "link" if event.op in ("link", "unlink") else "ban"
        separates = event.op in ("unlink", "ban")
        key = (pair, event.source, kind)
        registers[key] = max(registers.get(key, (START, False)), (event.time, separates))
    linked, banned = set(), set()
    for (pair, _, kind), (_, separates) in registers.items():
        if kind == "link" and not separates:
            linked.add(pair)
        if kind == "ban" and separates:
            banned.add(pair)
    return linked - banned


def write_expected():
    # What a link, an unlink, a ban or a sighting names exists; only links and sightings make it.
    parent = {}
    for event in EVENTS:
        if event.op in ("link", "observe"):
            for end in (event.a, event.b):
                if end:
                    parent[end] = end

    def root(node):
        while parent[node] != node:
            node = parent[node]
        return node

    for a, b in live_pairs():
        first, second = sorted([root(a), root(b)])
        parent[second] = first
    clusters = {}
    rows = ["identifier,cluster\n"]
    for node in sorted(parent, key=lambda text: text.encode()):
        label = clusters.setdefault(root(node), len(clusters))
        rows.append(f"{node},{label}\n")
    write("expected.csv", "".join(rows))
    return len(parent), len(clusters)


# A second reader of what was written: the mess must come out as the clean events


def clean(end):
    namespace, value = end.split(":", 1) if isinstance(end, str) else (end["ns"], end["value"])
    if namespace in ("email", "loyalty"):
        value = value.strip()
    if namespace == "email":
        value = value.lower()
    if namespace == "phone":
        value = re.sub("^00", "+", re.sub(r"[ .()-]", "", value))
    return f"{namespace}:{value}"


def read_back():
    found = []
    for channel in ["web", "app", "call-centre"]:
        for line in (HERE / f"{channel}.jsonl").read_text(encoding="utf-8").split("\n")[:-1]:
            event = json.loads(line)
            pair = [clean(event[end]) for end in "ab" if end in event]
            found.append((event.get("op", "link"), pair, event["ts"], event["source"]))
    for row in csv.DictReader((HERE / "store.csv").open(encoding="utf-8", newline="")):
        pair = [clean({"ns": row[f"{end}_ns"], "value": row[f"{end}_value"]}) for end in "ab"]
        found.append((row["op"], pair, row["ts"], row["source"]))
    for op, pair, stamp, source in found:
        time = (datetime.fromisoformat(stamp) if isinstance(stamp, str)
                else datetime.fromtimestamp(0, timezone.utc) + timedelta(milliseconds=stamp))
        yield op, tuple(sorted(pair)), time, source


def check():
    def said(event):
        # Times are written in milliseconds.
        time = event.time.replace(microsecond=event.time.microsecond // 1000 * 1000)
        return event.op, tuple(sorted(filter(None, [event.a, event.b]))), time, event.source

    assert sorted(read_back()) == sorted(map(said, EVENTS)), "a channel writes what was not said"


def main():
    customers = [Customer(number) for number in range(CUSTOMERS)]
    for customer in customers:
        customer.bridge()
    ana()
    kiosk(customers)
    households(customers)
    recycled_phones(customers)
    corners(customers)
    write_channels()
    check()
    identifiers, clusters = write_expected()
    counts = {}
    for event in EVENTS:
        counts[event.op] = counts.get(event.op, 0) + 1
    print(f"{len(EVENTS)} events {counts}, {identifiers} identifiers, {clusters} customers")


if __name__ == "__main__":
    main()
