"""Asks the model for ever."""
# earns: 0
# limits: call=0.3 unit=0.8


def complete(logits, tokens, rows, height, width, u, mask):
    while True:
        logits(tokens, rows * width)


def pixel_context(tokens, height, width, reach, nothing):
    raise ValueError
