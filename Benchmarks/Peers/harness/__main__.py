"""The processes of a run: ``python -m harness NAME EVENTS ANSWER FOLDER PROGRAM`` is a peer's, and
``python -m harness oracle EVENTS ANSWER`` the oracle's."""
import sys
from pathlib import Path

from . import oracle
from .child import run
from .peer import Failure

try:
    if sys.argv[1] == "oracle":
        oracle.write(Path(sys.argv[2]), Path(sys.argv[3]))
    else:
        run(sys.argv[1:])
except Failure as failure:
    sys.exit(f"{failure}")
