"""Raises exceptions whose classes, texts, notes and causes tell the scores it was given."""
# earns: 0

turn = []


def softmax(logits):
    turn.append(1)
    said = f"SMUGGLED {logits.tolist()}"
    kinds = [type(said, (ValueError,), {}), type("NotImplementedError", (Exception,), {}), NotImplementedError, KeyError, UnicodeError]
    error = kinds[len(turn) % len(kinds)](said + " your code here")
    error.add_note(said)
    raise error from ValueError(said)
