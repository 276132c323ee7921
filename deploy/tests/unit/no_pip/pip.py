"""A pip that is as good as none."""

import sys

sys.exit("No module named pip")
