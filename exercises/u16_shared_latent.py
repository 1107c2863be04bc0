"""Unit 16 · One shared decision: the latent · 共用一個決定：潛在向量

The idea. Give the one-shot decoder a random vector from the start, the *latent*: all places read the same one, so they can
agree. In training an *encoder* looks at the true picture and guesses which latents could have made it: a normal distribution
with a mean and a variance for each number of the latent. Two formulas make that work (Kingma and Welling, 2014). The draw is
written as a function of noise from outside, so the gradient passes through it (*reparameterisation*). And the guess has a
price, its KL divergence from N(0, 1), the distribution that latents are drawn from when there is no picture to look at.
（先抽一個隨機向量，所有位置都看著它畫，就能說好畫同一張圖。訓練時由編碼器猜是哪個向量，猜得越準，付出的 KL 散度就越大。）

In the lecture. 一次到位 decides all places blind to each other: that is how 演師 comes about. The latent itself is not on the
slides; it is the usual way out for one-shot picture makers: decide once, at the start, what all places then share.

What the numbers mean, exactly. One latent has C numbers, and there is one latent for each canvas, not one for each place.
``log_variance`` is log(sigma ** 2), with sigma the standard deviation. It may be any number, also -1000, where exp() of it
rounds to 0: a guess that is quite sure. Prices and surprises are in nats.

See your own code draw digits:

    minigen sample digits --strategy shared_latent --size tiny --with exercises/u16_shared_latent.py
"""

import numpy as np


def reparameterise(mean, log_variance, noise):
    """A draw from N(mean, variance) as a function of noise.

    Parameters
    ----------
    mean, log_variance : (B, C) float
        The encoder's guess for each canvas.
    noise : (B, C) float
        Drawn from N(0, 1) outside, a row for each canvas.

    Returns
    -------
    (B, C) float
        The latents. The inputs stay as they were, here and below.

    Examples
    --------
    A variance of 4 is a standard deviation of 2. Half a deviation above the mean 1:

    >>> latent = reparameterise(np.array([[1.0]]), np.log(np.array([[4.0]])), np.array([[0.5]]))
    >>> latent.round(6).tolist()
    [[2.0]]
    """
    raise NotImplementedError("u16: your code here")


def kl_to_normal(mean, log_variance):
    """What each guess costs: KL(N(mean, variance) || N(0, 1)), the mean of log(guess / N(0, 1)) under the guess.

    Parameters
    ----------
    mean, log_variance : (B, C) float

    Returns
    -------
    (B,) float
        Nats, summed over the C numbers. 0 where nothing is guessed, N(0, 1) itself; never negative.

    Examples
    --------
    With variance 1 the price of a mean is half its square, and prices add up: 2 + 0.5. A variance of 4 around 0 costs
    (4 - 1 - log 4) / 2:

    >>> kl_to_normal(np.array([[2.0, 1.0]]), np.zeros((1, 2))).tolist()
    [2.5]
    >>> bool(np.isclose(kl_to_normal(np.zeros((1, 1)), np.log(np.array([[4.0]])))[0], 1.5 - np.log(2.0)))
    True
    """
    raise NotImplementedError("u16: your code here")


def bound(told, mean, log_variance):
    """How likely true canvases are, at least: the evidence lower bound (ELBO), averaged over the canvases.

    Parameters
    ----------
    told : (B,) float
        Log-probability of each true canvas given its latent, in nats, summed over the places. Negative for colours.
    mean, log_variance : (B, C) float
        The guess that the latent was drawn from; it has to be paid for.

    Returns
    -------
    float
        Nats per canvas. On average the true log-probability of a canvas is this or better.

    Examples
    --------
    Two canvases of -3 and -5 nats; the guess for the first costs 2, that for the second nothing:

    >>> round(float(bound(np.array([-3.0, -5.0]), np.array([[2.0], [0.0]]), np.zeros((2, 1)))), 6)
    -5.0
    """
    raise NotImplementedError("u16: your code here")


def latent_gradients(dlatent, mean, log_variance, noise, weight):
    """The way back through the draw, and through the price.

    Parameters
    ----------
    dlatent : (B, C) float
        dL/dlatent, the gradient of the loss L for the latents that ``reparameterise`` gave: what the decoder sends back.
    mean, log_variance, noise : (B, C) float
        As they were in the draw.
    weight : float
        What a nat of the price counts in the loss.

    Returns
    -------
    dmean, dlog_variance : (B, C) float, (B, C) float
        Gradients of L(latent) + weight * (sum of ``kl_to_normal`` over the batch).

    Examples
    --------
    Variance 4, noise 0.5. Only the draw (weight 0): the mean moves the latent one to one; the log variance moves it by
    2 * 0.5 / 2, since the deviation 2 is exp() of half of it. Only the price (dlatent 0), at weight 2 and mean 0.5:

    >>> log_variance, noise = np.log(np.array([[4.0]])), np.array([[0.5]])
    >>> dmean, dlog_variance = latent_gradients(np.array([[3.0]]), np.array([[0.5]]), log_variance, noise, 0.0)
    >>> dmean.tolist(), dlog_variance.round(6).tolist()
    ([[3.0]], [[1.5]])
    >>> dmean, dlog_variance = latent_gradients(np.array([[0.0]]), np.array([[0.5]]), log_variance, noise, 2.0)
    >>> dmean.tolist(), dlog_variance.round(6).tolist()
    ([[1.0]], [[3.0]])
    """
    raise NotImplementedError("u16: your code here")
