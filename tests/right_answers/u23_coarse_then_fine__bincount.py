"""Every sample of every frame has an index; bincount adds up what falls on the same one."""


def coarse_then_fine(n_coarse, length):
    cuts = np.arange(1, n_coarse + 1)
    return [at for at in np.split(np.arange(length), cuts) if len(at)]


def window(size):
    return (1.0 - np.real(np.exp(2j * np.pi * np.arange(size) / size))) / 2.0


def overlap_add(frames, hop):
    at = np.add.outer(hop * np.arange(len(frames)), np.arange(frames.shape[1]))     # (F, size)
    weights = np.broadcast_to(window(frames.shape[1]), frames.shape)
    below = np.bincount(at.ravel(), weights.ravel())
    above = np.bincount(at.ravel(), (weights * frames).ravel())
    return np.divide(above, below, out=np.zeros(len(below)), where=below >= 1e-8)


def vocode(frame_logits, sound, n_frames, u, hop):
    def speak(told):
        if len(told) == n_frames:
            return told
        scores = np.asarray(frame_logits(told), np.float64)
        running = np.cumsum(np.exp(scores - np.logaddexp.reduce(scores)))
        return speak(np.append(told, np.searchsorted(running, u[len(told)] * running[-1], side="right")))
    return overlap_add(sound(speak(np.zeros(0, np.int64))), hop)
