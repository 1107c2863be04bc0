"""Unit 23 · Frames one by one, the wave at once · 先一個一個決定音框，再一次生成波形

The idea. A second of speech is 16,000 samples: one by one that is 16,000 passes, all at once it is a blur. So take the best
of both. Decide the few things that matter one by one, here 100 frames a second, each knowing those before it; then let a
vocoder make all samples in one pass, given the frames. What is left to decide by then is so little that nobody needs to
wait for anybody.
（大事一個一個決定，小事一次到位：先各個擊破一秒 100 個音框，再讓聲碼器一次生成 16,000 個取樣點。）

In the lecture. 截長補短: the autoregressive part first, for the frames, and the non-autoregressive part behind it, for the
waveform. Pictures can be drawn in the same way; ``coarse_then_fine`` is that plan for any canvas.

From frames to a wave. Each frame stands for a piece of sound longer than its share of time, so that neighbours overlap.
A window fades it in and out, the pieces are added up, and the sum is divided by the sum of the windows: *overlap-add*
(Allen and Rabiner, 1977). With 16,000 samples a second and a hop of 160 samples there are 100 frames a second; a frame is
usually two hops long, 320 samples.

The rules, exactly. Frame f begins at sample f * hop. The window is periodic: it begins with 0 and does not end with 0,
because that 0 is the first value of the next one. Where the sum of the windows is below 1e-8 nothing was said, and the
sample is 0: the very first one, for example. Frame t is drawn by ``maths.sample_categorical`` (unit 03) with die u[t].

See your own code cut a tone into frames and put it together again (one second of the note A):

    import numpy as np
    from u23_coarse_then_fine import overlap_add
    tone = np.sin(2 * np.pi * 440 * np.arange(16_000) / 16_000)
    frames = np.array([tone[160 * f:160 * f + 320] for f in range(99)])     # each begins 160 samples later
    wave = overlap_add(frames, 160)
    print(wave.shape, np.abs(wave - tone).max())                            # (16000,) and nearly 0
"""

import numpy as np

from minigen import maths


def coarse_then_fine(n_coarse, length):
    """The plan: the coarse places one by one, then all the others in one pass.

    Parameters
    ----------
    n_coarse : int
        From 0 to ``length``. The coarse places come first: 0 to n_coarse - 1.
    length : int

    Returns
    -------
    list of (A,) int64
        The places of each pass, in ascending order. There is no empty pass: if nothing is left for the last one, it is
        left out.

    Examples
    --------
    >>> [at.tolist() for at in coarse_then_fine(2, 5)]
    [[0], [1], [2, 3, 4]]
    >>> [at.tolist() for at in coarse_then_fine(2, 2)]
    [[0], [1]]
    """
    # BEGIN SOLUTION
    plan = [np.array([t]) for t in range(n_coarse)]
    if n_coarse < length:
        plan.append(np.arange(n_coarse, length))
    return plan
    # END SOLUTION


def window(size):
    """The periodic Hann window: 0.5 - 0.5 cos(2 pi k / size) at sample k.

    Returns
    -------
    (size,) float

    Examples
    --------
    It rises from 0 to 1 in the middle and falls again. Laid half a window apart, the values add up to one: 0 + 1, 0.5 + 0.5.

    >>> np.allclose(window(4), [0.0, 0.5, 1.0, 0.5])
    True
    """
    # BEGIN SOLUTION
    return 0.5 - 0.5 * np.cos(2.0 * np.pi * np.arange(size) / size)     # (size,)
    # END SOLUTION


def overlap_add(frames, hop):
    """One wave from overlapping frames: their weighted mean, with the window as the weight.

    Parameters
    ----------
    frames : (F, size) float
        Samples of each frame, before the window; at least one frame.
    hop : int
        Frame f begins at sample ``f * hop``; ``size`` is a multiple of it, usually 2 * hop.

    Returns
    -------
    (n_samples,) float
        Up to the end of the last frame: (F - 1) * hop + size. Where the windows add up to less than 1e-8: 0.

    Examples
    --------
    Two frames, of fours and of eights. They overlap at samples 2 and 3: there the first window has 1 and 0.5, the second
    one 0 and 0.5, so that sample 3 lies in the middle. Sample 0 has window 0, and nothing is heard there.

    >>> frames = np.array([[4.0, 4.0, 4.0, 4.0], [8.0, 8.0, 8.0, 8.0]])
    >>> np.allclose(overlap_add(frames, 2), [0.0, 4.0, 4.0, 6.0, 8.0, 8.0])
    True
    """
    # BEGIN SOLUTION
    n_frames, size = frames.shape
    weight = window(size)                                               # (size,)
    wave = np.zeros((n_frames - 1) * hop + size)
    weights = np.zeros_like(wave)
    for f, frame in enumerate(frames):
        here = slice(f * hop, f * hop + size)
        wave[here] += weight * frame
        weights[here] += weight
    heard = weights >= 1e-8
    wave[heard] /= weights[heard]                                       # elsewhere 0 divided by 0: leave it alone
    wave[~heard] = 0.0
    return wave
    # END SOLUTION


def vocode(frame_logits, sound, n_frames, u, hop):
    """Speak: draw the frames one by one, then make the wave at once.

    Parameters
    ----------
    frame_logits : callable
        ``frame_logits(tokens)`` -> (V,) scores of the next frame, given the (t,) int64 tokens of all frames so far.
    sound : callable
        ``sound(tokens)`` -> (n_frames, size) samples, given the (n_frames,) int64 tokens of all frames. Ask it once.
    n_frames : int
    u : (n_frames,) float64
        One die for each frame, in order.
    hop : int
        Samples from the beginning of one frame to that of the next.

    Returns
    -------
    (n_samples,) float
        ``overlap_add`` of the frames.

    Examples
    --------
    Two kinds of frame, equally likely: a die below one half gives 0, others give 1. Frames of kind v sound like 4 v + 4, so
    these dice make the fours and eights of ``overlap_add``:

    >>> def loud(tokens):
    ...     return np.repeat(4.0 * tokens[:, None] + 4.0, 4, axis=1)
    >>> wave = vocode(lambda tokens: np.zeros(2), loud, 2, np.array([0.3, 0.6]), 2)
    >>> np.allclose(wave, [0.0, 4.0, 4.0, 6.0, 8.0, 8.0])
    True
    """
    # BEGIN SOLUTION
    tokens = np.zeros(n_frames, np.int64)
    for t in range(n_frames):
        tokens[t] = maths.sample_categorical(frame_logits(tokens[:t]), u[t])
    return overlap_add(sound(tokens), hop)
    # END SOLUTION
