"""`python -m tests.adapters.hostile [--all] [--json]`: measure the corpus and print the worst."""

import sys

from tests.adapters.hostile.measure import main

sys.exit(main(sys.argv[1:]))
