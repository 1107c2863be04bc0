"""looks as if the loss is in bits: nats have the natural logarithm / 看起來損失的單位是位元：nats 要用自然對數"""

nats = cross_entropy


def cross_entropy(logits, targets, counted=None):
    loss, dlogits = nats(logits, targets, counted)
    return loss / float(np.log(2.0)), dlogits
