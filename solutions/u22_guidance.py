"""Unit 22 · Guidance: exaggerate the condition · 引導：把條件放大

The idea. Classifier-free guidance (Ho and Salimans, 2022). While training, the condition (a label, a caption) is dropped now and
then, so that one network learns both: what pictures look like *with* the condition and *without*. While drawing, ask it both
ways and go from "without" in the direction of "with": a weight of 1 arrives there, a larger weight goes further and exaggerates
what makes this condition special.
（訓練時偶爾把條件拿掉，同一個網路就學會有條件和沒條件兩種預測。抽樣時從「沒條件」往「有條件」的方向走：走 1 倍剛好到，走更遠就是誇張。）

In the lecture. Pictures, sounds and videos that follow a caption closely are drawn like this: Imagen Video, AudioLDM.

The rules, exactly.

- A label is dropped where its own die is *smaller* than ``share``: a share of 0 drops none, of 1 all. Dropped means another id,
  ``nothing``; id 0 is a label like any other.
- guided = untold + weight * (told - untold). Weight 0 is ``untold``, 1 is ``told``. (Some write 1 + w for this weight.)
- Where ``told`` is -inf (impossible), so is the result, unless the weight is 0.
- For tokens this happens to log-probabilities, never to probabilities: the result is proportional to
  untold * (told / untold) ** weight. One die for each draw, as everywhere.

See your own code at work:

    minigen sample digits --strategy diffusion --passes 20 --size tiny --with exercises/u22_guidance.py

And in numbers: three tokens, and the condition prefers the last one. What is drawn at which weight?

    import numpy as np
    from u22_guidance import guided_sample

    told, untold = np.log([0.1, 0.3, 0.6]), np.log([0.3, 0.3, 0.4])
    for weight in (0.0, 1.0, 3.0):
        u = np.random.default_rng().random(10_000)
        tokens = guided_sample(np.tile(told, (u.size, 1)), np.tile(untold, (u.size, 1)), weight, u)
        print(weight, np.bincount(tokens, minlength=3) / u.size)
"""

import numpy as np

from minigen import maths


def drop_condition(labels, u, share, nothing):
    """Hide the condition of some canvases, for training.

    Parameters
    ----------
    labels : (B,) int
    u : (B,) float64
        One die for each canvas, uniform in [0, 1).
    share : float
        How many are to be dropped on average, from 0 to 1.
    nothing : int
        The id that says "no condition".

    Returns
    -------
    (B,) int
        The inputs stay as they were.

    Examples
    --------
    >>> drop_condition(np.array([7, 8, 9]), np.array([0.05, 0.1, 0.9]), share=0.1, nothing=10).tolist()
    [10, 8, 9]
    """
    # BEGIN SOLUTION
    return np.where(u < share, nothing, labels)                     # (B,)
    # END SOLUTION


def guided(told, untold, weight):
    """From what is said without the condition, ``weight`` times the way to what is said with it.

    Parameters
    ----------
    told : (...) float
        What the network says with the condition: log-probabilities, or the noise of a diffusion model. May hold -inf.
    untold : (...) float
        What it says without. Same shape; -inf only where ``told`` is too.
    weight : float, not negative

    Returns
    -------
    (...) float
        Never NaN. Plain numbers: nothing is made to sum to one here. The inputs stay as they were.

    Examples
    --------
    >>> guided(np.array([3.0, 1.0]), np.array([1.0, 1.0]), 2.0).tolist()
    [5.0, 1.0]
    >>> guided(np.array([-np.inf, 0.0]), np.array([-np.inf, -1.0]), 1.0).tolist()
    [-inf, 0.0]
    """
    # BEGIN SOLUTION
    if weight == 0:
        return untold.copy()                                        # 0 * -inf would be NaN
    with np.errstate(invalid="ignore"):                             # so would -inf - -inf, …
        mixed = untold + weight * (told - untold)
    return np.where(told == -np.inf, told, mixed)                   # … which is not taken
    # END SOLUTION


def guided_sample(told_logits, untold_logits, weight, u):
    """Draw tokens with guidance.

    Parameters
    ----------
    told_logits : (..., V) float
        Scores with the condition, before the softmax; -inf means impossible.
    untold_logits : (..., V) float
        Scores without.
    weight : float, not negative
    u : (...) float64
        One die for each draw, uniform in [0, 1).

    Returns
    -------
    (...) int

    Examples
    --------
    With the condition the probabilities are 0.4 and 0.6, without 0.6 and 0.4. Weight 2 multiplies by (told / untold) twice:
    0.6 * (2/3) ** 2 = 0.267 and 0.4 * (3/2) ** 2 = 0.9, so token 0 has 0.267 / 1.167 = 0.229.

    >>> told, untold = np.log([[0.4, 0.6]] * 2), np.log([[0.6, 0.4]] * 2)
    >>> guided_sample(told, untold, 2.0, np.array([0.22, 0.24])).tolist()
    [0, 1]
    """
    # BEGIN SOLUTION
    told = maths.log_softmax(told_logits.astype(np.float64))        # (..., V)
    untold = maths.log_softmax(untold_logits.astype(np.float64))
    return maths.sample_categorical(guided(told, untold, weight), u)    # (...)
    # END SOLUTION
