"""Ends the process when it is imported."""
# earns: 0

import os

os._exit(0)
