"""Sums over named axes; the weights get an axis for places and one for colours, and the softmax is written out."""


def _parts(params, told, length):
    before = np.einsum("bc,cd->bd", told, params["up.weight"]) + params["up.bias"]
    down = params["down.weight"].reshape(len(params["up.bias"]), length, -1)
    hidden = np.where(before > 0, before * before, 0.0)
    return before, hidden, down, np.einsum("bd,dtv->btv", hidden, down) + params["down.bias"].reshape(length, -1)


def decode(params, told, length):
    return _parts(params, told, length)[3]


def decoder_loss_and_grads(params, told, tokens):
    before, hidden, down, scores = _parts(params, told, tokens.shape[1])
    log_probs = scores - np.logaddexp.reduce(scores, axis=2, keepdims=True)
    true = np.eye(scores.shape[2])[tokens]
    loss = -np.mean((log_probs * true).sum(axis=2))
    wrong = (np.exp(log_probs) - true) / tokens.size
    back = np.einsum("btv,dtv->bd", wrong, down) * np.where(before > 0, 2 * before, 0.0)
    return loss, {"down.bias": wrong.sum(axis=0).ravel(),
                  "down.weight": np.einsum("bd,btv->dtv", hidden, wrong).reshape(params["down.weight"].shape),
                  "up.bias": np.einsum("bd->d", back), "up.weight": np.einsum("bc,bd->cd", told, back)}
