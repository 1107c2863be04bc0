"""Raises StopIteration and its kin, which end loops and comprehensions of whoever calls."""
# earns: 0

turn = []


def softmax(logits):
    turn.append(1)
    raise [StopIteration(1.0), StopAsyncIteration(), RuntimeError("generator raised StopIteration")][len(turn) % 3]
