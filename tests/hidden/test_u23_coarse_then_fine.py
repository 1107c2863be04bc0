"""Hidden tests of unit 23. Oracles: a sum over all frames for each sample, a walk along the probabilities, pure tones."""

import math

import numpy as np
from oracles import softmax, walk

from minigen.course import expect


def hann(k, size):
    return 0.5 - 0.5 * math.cos(2 * math.pi * k / size)


def plain_overlap(frames, hop):
    """Sample by sample: which frames are heard there, and how much?"""
    n_frames, size = frames.shape
    wave = np.zeros((n_frames - 1) * hop + size)
    for s in range(len(wave)):
        heard = [(hann(s - f * hop, size), frames[f, s - f * hop]) for f in range(n_frames) if 0 <= s - f * hop < size]
        total = math.fsum(weight for weight, _ in heard)
        wave[s] = math.fsum(weight * value for weight, value in heard) / total if total >= 1e-8 else 0.0
    return wave


def draw(rng, frame_logits, n_frames):
    """Tokens one by one in plain Python, and dice that no rounding can carry over an edge."""
    tokens, dice = [], []
    for _ in range(n_frames):
        probs = softmax(frame_logits(np.array(tokens, np.int64)).tolist())
        die = rng.random()
        while np.abs(np.cumsum(probs) - die).min() < 1e-3:
            die = rng.random()
        tokens.append(walk(probs, die))
        dice.append(die)
    return np.array(tokens, np.int64), np.array(dice)


class Speech:
    """A random world of V kinds of frame that depend on all frames before them."""

    def __init__(self, rng, size, vocab_size=5):
        self.pull = rng.uniform(-1.0, 1.0, (vocab_size + 1, vocab_size))    # small: every kind stays possible
        np.fill_diagonal(self.pull, -1.0)                               # and none draws itself for ever
        self.voice = rng.standard_normal((vocab_size, size))

    def frame_logits(self, tokens):
        scores = self.pull[-1].copy()
        for token in np.asarray(tokens):
            scores = 0.6 * scores + self.pull[token]                    # the nearer, the stronger
        return scores

    def sound(self, tokens):
        """Each frame is coloured by all others: asked in pieces, it would sound otherwise."""
        tokens = np.asarray(tokens)
        return self.voice[tokens] + self.voice[tokens].sum(axis=0) + len(tokens)


def silent(size, calls):
    """A ``sound`` that says nothing and notes what it was asked."""
    def sound(tokens):
        calls.append(np.array(tokens))
        return np.zeros((len(tokens), size))
    return sound


def all_told(calls):
    """All tokens that ``sound`` was told, one call after the other."""
    assert calls, "sound: expected one call with the tokens of all frames, got none"
    return np.concatenate(calls)


def as_lists(plan):
    assert isinstance(plan, (list, tuple)), f"the plan: expected a list of arrays, got {type(plan).__name__}"
    return [expect.array(at, np.shape(at), "i", "a pass of the plan").tolist() for at in plan]


def test_coarse_places_one_by_one_then_the_rest(impl, rng):
    """the plan: each coarse place alone, then one pass of all others and of nothing else"""
    for n_coarse, length in ((1, 2), (8, 32), (int(rng.integers(2, 9)), int(rng.integers(10, 40)))):
        want = [[t] for t in range(n_coarse)] + [list(range(n_coarse, length))]
        got = as_lists(impl.coarse_then_fine(n_coarse, length))
        assert got == want, f"{n_coarse} coarse of {length} places: expected {want}, got {got}"


def test_no_empty_pass(impl, rng):
    """the plan has no empty pass: neither when all places are coarse nor when none is"""
    length = int(rng.integers(2, 12))
    got = as_lists(impl.coarse_then_fine(length, length))
    assert got == [[t] for t in range(length)], \
        f"all of {length} places coarse: expected {length} passes of one place, got {got}"
    got = as_lists(impl.coarse_then_fine(0, length))
    assert got == [list(range(length))], f"no coarse place of {length}: expected one pass of them all, got {got}"


def test_window_is_a_raised_cosine(impl, rng):
    """the window follows its formula at every sample, for even and odd sizes"""
    for size in (2, 3, 320, int(rng.integers(4, 50))):
        expect.close(impl.window(size), [hann(k, size) for k in range(size)], f"the window of size {size}")


def test_window_begins_with_zero(impl, rng):
    """the window begins with zero, so that a frame comes in without a click"""
    size = int(rng.integers(4, 400))
    expect.close(impl.window(size)[:1], [0.0], f"the first value of the window of size {size}")


def test_frames_are_laid_over_each_other(impl, rng):
    """each sample is the weighted mean of the frames that are heard there, at any hop"""
    for n_frames, hop, times in ((2, 3, 2), (5, 4, 2), (6, 2, 4), (4, 5, 3), (7, 2, 2)):
        frames = rng.standard_normal((n_frames, times * hop)) + 1.0
        got = expect.unchanged(impl.overlap_add, frames, hop)
        expect.close(got, plain_overlap(frames, hop), f"{n_frames} frames of {times * hop} samples, hop {hop}")


def test_one_frame_is_itself(impl, rng):
    """a single frame comes back as it is, apart from its first sample, which is silent"""
    for hop in (3, 8):
        frame = 1.0 + rng.random(2 * hop)
        expect.close(impl.overlap_add(frame[None], hop), [0.0, *frame[1:]], f"one frame of {2 * hop} samples, hop {hop}")


def test_a_constant_stays_constant(impl, rng):
    """frames of one constant give that constant from the second sample to the last"""
    for times in (2, 4):
        level = rng.uniform(1.0, 3.0)
        got = expect.array(impl.overlap_add(np.full((5, 6 * times), level), 6), (24 + 6 * times,), "f", "the wave")
        expect.close(got[1:], np.full(len(got) - 1, level), f"frames of {6 * times} samples, hop 6, all {level:.3f}")


def test_a_pure_tone_comes_back(impl, rng):
    """a tone cut into overlapping frames of 320 samples sounds as before, away from both ends"""
    n_frames, hop = 12, 160
    seconds = np.arange((n_frames + 1) * hop) / 16_000
    tone = np.sin(2 * np.pi * rng.uniform(100.0, 1000.0) * seconds + rng.uniform(0.0, 6.0))
    got = impl.overlap_add(np.array([tone[f * hop:f * hop + 2 * hop] for f in range(n_frames)]), hop)
    assert np.size(got) >= n_frames * hop, f"expected at least {n_frames * hop} samples, got {np.size(got)}"
    expect.close(got[hop:n_frames * hop], tone[hop:n_frames * hop], "the tone")


def test_frames_side_by_side(impl, rng):
    """frames of one hop do not overlap: each comes back, and is silent at its first sample"""
    frames = 1.0 + rng.random((4, 6))
    want = frames.copy()
    want[:, 0] = 0.0
    expect.close(impl.overlap_add(frames, 6), want.ravel(), "frames of 6 samples, hop 6")


def test_barely_heard(impl, rng):
    """a sample is heard as soon as the windows add up to 1e-8, and loses nothing of itself there"""
    frame = 1.0 + rng.random(2000)
    expect.close(impl.overlap_add(frame[None], 1000), [0.0, *frame[1:]], "one frame of 2000 samples")


def test_not_heard(impl, rng):
    """where the windows add up to more than 0 but to less than 1e-8, the sample is 0"""
    frame = 1.0 + rng.random(40_000)
    got = expect.array(impl.overlap_add(frame[None], 20_000), (40_000,), "f", "one frame of 40,000 samples")
    expect.close(got[[0, 1, -1]], np.zeros(3), "the first two samples and the last one of a frame of 40,000")


def test_length_of_the_wave(impl, rng):
    """the wave ends with the last sample of the last frame"""
    for n_frames, hop, times in ((2, 1, 2), (3, 5, 2), (100, 160, 2), (4, 2, 6)):
        got = impl.overlap_add(np.ones((n_frames, times * hop)), hop)
        n_samples = (n_frames - 1) * hop + times * hop
        expect.array(got, (n_samples,), "f", f"the wave of {n_frames} frames of {times * hop}, hop {hop}")


def test_float32_and_views(impl, rng):
    """frames in float32, and frames that are not contiguous in memory"""
    frames = rng.standard_normal((5, 8))
    expect.close(impl.overlap_add(frames.astype(np.float32), 4), plain_overlap(frames, 4), "float32 frames", atol=1e-5)
    got = impl.overlap_add(np.asfortranarray(frames)[::-2], 4)
    expect.close(got, plain_overlap(frames[::-2], 4), "every second frame, backwards")


def test_vocode_speaks(impl, rng):
    """frames one by one, then all samples at once: the wave that plain loops give"""
    for n_frames, hop, times in ((1, 4, 2), (20, 3, 2), (12, 2, 4)):
        world = Speech(rng, times * hop)
        tokens, dice = draw(rng, world.frame_logits, n_frames)
        got = expect.unchanged(impl.vocode, world.frame_logits, world.sound, n_frames, dice, hop)
        expect.close(got, plain_overlap(world.sound(tokens), hop), f"the wave of {n_frames} frames of {times * hop}, hop {hop}")


def test_each_frame_sees_those_before_it(impl, rng):
    """frame_logits is asked once for each frame, and told exactly the frames so far"""
    asked, calls = [], []

    def frame_logits(tokens):
        asked.append(np.array(tokens))
        return np.zeros(4)

    impl.vocode(frame_logits, silent(4, calls), 6, (rng.integers(4, size=6) + rng.uniform(0.1, 0.9, 6)) / 4, 2)
    lengths = [one.shape for one in asked]
    assert lengths == [(t,) for t in range(6)], f"tokens so far: expected 0, 1, ... 5 of them, got shapes {lengths}"
    told = all_told(calls)
    for t, one in enumerate(asked[1:], 1):
        expect.same(one, told[:t], f"what is told to frame_logits before frame {t}")


def test_the_tokens_that_are_drawn(impl, rng):
    """each frame is drawn by inverse CDF from its own scores, with its own die"""
    world, calls = Speech(rng, 4), []
    tokens, dice = draw(rng, world.frame_logits, 40)
    impl.vocode(world.frame_logits, silent(4, calls), 40, dice, 2)
    expect.same(all_told(calls), tokens, "the tokens that sound is told")


def test_the_first_frame_decides(impl, rng):
    """where the first frame settles all later ones, they are what it says"""
    calls, (first, later) = [], rng.permutation(np.arange(1, 4))[:2].tolist()

    def frame_logits(tokens):
        settled = len(tokens) > 0 and tokens[0] == first
        return 50.0 * (np.arange(4) == (later if settled else first))

    impl.vocode(frame_logits, silent(4, calls), 10, rng.uniform(0.1, 0.9, 10), 2)
    expect.same(all_told(calls), [first] + [later] * 9, "the first frame and those that it settles")


def test_dice_belong_to_frames(impl, rng):
    """frames that do not depend on each other: die t decides frame t alone"""
    want, calls = np.append(rng.integers(4, size=10), [0, 3]), []
    impl.vocode(lambda tokens: np.zeros(4), silent(6, calls), 12, (want + rng.uniform(0.1, 0.9, 12)) / 4, 3)
    expect.same(all_told(calls), want, "the tokens of four equal scores")


def test_the_first_and_the_last_die(impl, rng):
    """dice at 0 give the first kind of frame that is possible, dice just below 1 the last"""
    scores = np.array([-np.inf, *rng.uniform(-1.0, 1.0, 3), -np.inf])
    for die, token in ((0.0, 1), (0.9999, 3)):
        calls = []
        impl.vocode(lambda tokens: scores.copy(), silent(4, calls), 5, np.full(5, die), 2)
        expect.same(all_told(calls), [token] * 5, f"kinds 1, 2 and 3 possible, all dice {die}")


def test_sound_is_asked_once(impl, rng):
    """sound is asked once, with the tokens of all frames"""
    for n_frames in (2, 9):
        calls = []
        impl.vocode(lambda tokens: np.zeros(3), silent(8, calls), n_frames, rng.random(n_frames), 4)
        assert [len(one) for one in calls] == [n_frames], \
            f"sound: expected one call with {n_frames} tokens, got calls with {[len(one) for one in calls]}"


def test_scores_of_any_size(impl, rng):
    """scores near 10,000 and near -10,000 are drawn from as others are"""
    for shift in (1e4, -1e4):
        world, calls = Speech(rng, 4), []
        tokens, dice = draw(rng, world.frame_logits, 8)
        with np.errstate(all="ignore"):
            impl.vocode(lambda tokens: world.frame_logits(tokens) + shift, silent(4, calls), 8, dice, 2)
        expect.same(all_told(calls), tokens, f"the tokens that sound is told, scores near {shift:g}")
