"""`python -m signalbox` is the `signalbox` command, installed or not."""

from __future__ import annotations

import sys

from signalbox.command import main

sys.exit(main())
