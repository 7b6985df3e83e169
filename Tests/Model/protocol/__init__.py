"""The executable model of Kindred's partition protocol: DESIGN's section 3 as code that runs.

Read in this order:

  words       nodes, component ids, events: the nouns
  messages    what partitions say to each other and what a log holds, and why
  state       what one partition knows
  routing     directory, pointers, parking: how a message finds the member that it is for
  evidence    what was said of each pair, and who must hear of it
  joining     edge, join, split
  moving      absorb, page, next: how a component's state goes to another host
  feed        changes, coalesced between ticks
  partition   the machine: one log record in, messages and changes out
  world       logs, channels, replicas, checkpoints: the ordering contract performed
  schedule    seeded workloads, delays, repeats, drops, crashes, takeovers
  oracle      the same answers recomputed from all events, knowing nothing of partitions
  invariants  what must hold at every step, and at rest
  text        the stable text form of records, messages and changes
  mutations   the faults that the checks must catch; nothing else knows of them
"""
