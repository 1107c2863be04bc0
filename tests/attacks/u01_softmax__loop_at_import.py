"""Loops for ever when it is imported."""
# earns: 0
# limits: load=0.7

while True:
    pass
