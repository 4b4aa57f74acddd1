"""``python -m ogpgraph.cli``."""

import sys

from ogpgraph.cli import main

sys.exit(main())
