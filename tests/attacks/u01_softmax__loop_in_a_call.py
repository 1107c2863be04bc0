"""Loops for ever in a call, and catches whatever should end it."""
# earns: 0
# limits: call=0.3 unit=0.7


def softmax(logits):
    try:
        while True:
            pass
    finally:
        softmax(logits)
