"""Forks without end."""
# earns: 0
# limits: load=0.8 unit=1

import os

while True:
    try:
        os.fork()
    except OSError:
        pass
