"""Real kills: a `kindred` of four partitions is killed under load, and must lose nothing.

    events.py    what is said: small customers that merge, giants that move in pages, words taken back
    oracle.py    who is one customer, worked out anew from what was said
    program.py   the program as processes: commands to their end, a node, a replay
    load.py      the load: what is said, by whom it was acknowledged, what is to be said again
    points.py    where the program can be killed, and how it is brought there
    life.py      a store's life: kills, and what must hold in between and at its end
    command.py   the command line

The program is one that was built with the package trait `KillPoints`. It ends itself, by SIGKILL
and in the middle of whatever its other threads do, at the passage of a point that the variable
KINDRED_KILL_AT names; or it is killed from here at a random moment. Then it is started again and
what was not acknowledged is said again, in another order.
"""
