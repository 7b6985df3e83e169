"""Where the program can be killed, and how it is brought there."""
from __future__ import annotations

from enum import Enum
from typing import NamedTuple

from .program import Failure


class Stage(Enum):
    """When a point is passed."""

    MAKING = "while the store is made"
    OPENING = "while it is opened behind a kill"
    SERVING = "under load"
    CLOSING = "at an orderly end"


class Visit(NamedTuple):
    """How the program is brought to a point."""

    stage: Stage
    passages: int
    """A kill is at one of so many first passages."""
    needs_sync: bool = False
    """Whether it is passed only where what is acknowledged outlives a power loss."""


VISITS: dict[str, Visit] = {
    "keyWritten": Visit(Stage.MAKING, 1),
    "storeDescribed": Visit(Stage.MAKING, 1),
    "folderMade": Visit(Stage.MAKING, 6),
    "databaseOpened": Visit(Stage.MAKING, 4),
    "partsMade": Visit(Stage.MAKING, 1),
    "writeTaken": Visit(Stage.SERVING, 600),
    "recordAdmitted": Visit(Stage.SERVING, 1_500),
    "recordLogged": Visit(Stage.SERVING, 1_500),
    "groupSyncing": Visit(Stage.SERVING, 150, needs_sync=True),
    "groupSynced": Visit(Stage.SERVING, 150, needs_sync=True),
    "recordFolded": Visit(Stage.SERVING, 1_500),
    "writeAnswered": Visit(Stage.SERVING, 300),
    "deliveryReleased": Visit(Stage.SERVING, 1_500),
    "deliverySent": Visit(Stage.SERVING, 1_500),
    "deliveryTaken": Visit(Stage.SERVING, 1_500),
    "deliveryLogged": Visit(Stage.SERVING, 1_500),
    "receiptTaken": Visit(Stage.SERVING, 600),
    "tickStaged": Visit(Stage.SERVING, 20),
    "pointersCollected": Visit(Stage.SERVING, 2),
    "componentDeparted": Visit(Stage.SERVING, 300),
    "stateAbsorbed": Visit(Stage.SERVING, 300),
    "pageStaged": Visit(Stage.SERVING, 3),
    "pageSent": Visit(Stage.SERVING, 3),
    "pagesAbsorbed": Visit(Stage.SERVING, 2),
    "checkpointBegun": Visit(Stage.SERVING, 16),
    "checkpointSliced": Visit(Stage.SERVING, 120),
    "checkpointCut": Visit(Stage.SERVING, 16),
    "checkpointHeld": Visit(Stage.SERVING, 6),
    "checkpointFreed": Visit(Stage.SERVING, 16),
    "checkpointSynced": Visit(Stage.SERVING, 16),
    "entryWritten": Visit(Stage.SERVING, 8_000),
    "fileWritten": Visit(Stage.SERVING, 16),
    "fileIngested": Visit(Stage.SERVING, 16),
    "logTrimmed": Visit(Stage.SERVING, 16),
    "checkpointStored": Visit(Stage.SERVING, 16),
    "headerRead": Visit(Stage.OPENING, 4),
    "tailFolding": Visit(Stage.OPENING, 30),
    "tailsFolded": Visit(Stage.OPENING, 1),
    "underwayArriving": Visit(Stage.OPENING, 3),
    "repeatDropped": Visit(Stage.OPENING, 10),
    "opened": Visit(Stage.OPENING, 1),
    "closing": Visit(Stage.CLOSING, 1),
    "partitionClosed": Visit(Stage.CLOSING, 4),
}


def check(names: list[str]) -> None:
    """The program has these points and no others."""
    if set(names) != set(VISITS):
        odd = sorted(set(names) ^ set(VISITS))
        raise Failure(f"these points are not known on both sides: {', '.join(odd)}")


def at(stage: Stage) -> list[str]:
    """The points of a stage."""
    return [name for name, visit in VISITS.items() if visit.stage == stage]
