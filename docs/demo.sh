#!/usr/bin/env bash
# A tour of Kindred on the invented shop of Fixtures/Events: replay, ask, explain, take a link back.
# `make demo` builds and runs it. It keeps nothing: the store is a temporary folder.
#
#     docs/demo.sh [PATH TO kindred]
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
program=${1:-$root/.build/release/kindred}
if [ ! -x "$program" ]; then
    echo "$program is not there: run make build first" >&2
    exit 1
fi
program=$(cd "$(dirname "$program")" && pwd)/$(basename "$program")
cd "$root"

store=$(mktemp -d)
trap 'rm -rf "$store"' EXIT
export KINDRED_DATA=$store/data

events=Fixtures/Events
cookie=cookie:c-ana-laptop
email=email:ana.reyes@example.com
card=loyalty:L-41777
phone=phone:+447700900990

heading() { printf '\n== %s\n' "$*"; }

# Shows a command, then runs it.
kindred() {
    printf '\n$ kindred %s\n' "$*"
    "$program" "$@"
}

# The customer id of an identifier.
customer_of() {
    local answer id
    answer=$("$program" resolve "$1" --json)
    id=$(sed -n 's/.*"customer_id" *: *"\([0-9a-f]\{32\}\)".*/\1/p' <<<"$answer" | head -n 1)
    [ -n "$id" ] || fail "resolve $1 names no customer: $answer"
    printf '%s' "$id"
}

fail() {
    printf '\nThe demo went wrong: %s\n' "$*" >&2
    exit 1
}

heading "Replay half a year of links: web, app, store and call centre"
kindred replay --namespaces $events/namespaces.yaml --key-file $events/demo-key \
    $events/web.jsonl $events/app.jsonl $events/store.csv $events/call-centre.jsonl

heading "Who is this cookie?"
kindred resolve $cookie
whole=$(customer_of $cookie)
[ "$whole" = "$(customer_of $card)" ] || fail "$cookie and $card should be one customer"

heading "Why is the cookie the same customer as the loyalty card?"
kindred explain $cookie $card

heading "The call centre was wrong: take its link back"
kindred unlink $phone $email --source call-centre --ts 2026-07-01T00:00:00Z

heading "Now they are two customers"
kindred resolve $cookie
kindred resolve $card
web=$(customer_of $cookie)
shop=$(customer_of $card)
[ "$web" != "$shop" ] || fail "$cookie and $card should be two customers after the unlink"
[ "$(customer_of $email)" = "$web" ] || fail "$email should have stayed with $cookie"
[ "$(customer_of $phone)" = "$shop" ] || fail "$phone should have stayed with $card"
# The card is the strongest identifier: its customer keeps the id that both halves had.
[ "$shop" = "$whole" ] || fail "$card should have kept the customer id $whole"

heading "Check the whole store against its own evidence"
kindred verify

heading "One number for the graph: equal for equal graphs, whatever the order of events"
kindred digest

heading "Done. Try it on your own events: $(basename "$program") replay --help"
