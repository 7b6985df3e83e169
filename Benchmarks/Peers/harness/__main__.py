"""``python -m harness NAME EVENTS ANSWER FOLDER PROGRAM``: the process of one run."""
import sys

from .child import run

sys.exit(run(sys.argv[1:]))
