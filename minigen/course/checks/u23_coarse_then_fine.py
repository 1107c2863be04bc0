"""Public checks of unit 23."""

import numpy as np

from minigen.course import expect


def check_plan(impl):
    """the coarse places one by one, then only what is left"""
    got = impl.coarse_then_fine(2, 5)
    assert isinstance(got, list) and len(got) == 3, f"2 coarse of 5 places: expected a list of 3 passes, got {got!r}"
    for t, (at, want) in enumerate(zip(got, ([0], [1], [2, 3, 4]))):
        expect.same(at, want, f"the places of pass {t}, 2 coarse of 5 places")


def check_no_empty_pass(impl):
    """if all places are coarse there is no last pass"""
    got = impl.coarse_then_fine(2, 2)
    assert [np.size(at) for at in got] == [1, 1], f"2 coarse of 2 places: expected two passes of one place, got {got!r}"


def check_window(impl):
    """the window begins with 0, is 1 in the middle, and does not end with 0"""
    expect.close(impl.window(4), [0.0, 0.5, 1.0, 0.5], "the window of size 4")


def check_overlap(impl):
    """where two frames overlap, the windows say how much of each is heard"""
    frames = np.array([[4.0, 4.0, 4.0, 4.0], [8.0, 8.0, 8.0, 8.0]])
    got = expect.unchanged(impl.overlap_add, frames, 2)
    assert np.size(got) >= 4, f"two frames of 4, hop 2: expected 6 samples, got {np.size(got)}"
    expect.close(got[2:4], [4.0, 6.0], "samples 2 and 3 of a frame of 4s and a frame of 8s, hop 2")


def check_length_and_silence(impl):
    """the wave ends where the last frame ends, and silence stays silence from the first sample on"""
    with np.errstate(all="ignore"):
        expect.close(impl.overlap_add(np.zeros((3, 4)), 2), np.zeros(8), "three silent frames of 4 samples, hop 2")


def check_one_frame(impl):
    """one frame alone comes back at full strength to its end"""
    with np.errstate(all="ignore"):
        got = impl.overlap_add(np.array([[5.0, 5.0, 5.0, 5.0]]), 2)
    expect.close(got[1:], [5.0, 5.0, 5.0], "samples 1, 2 and 3 of one frame of 5s")


def heard_by_sound(impl, frame_logits, u):
    """The tokens of each call of ``sound``."""
    calls = []

    def sound(tokens):
        calls.append(np.array(tokens).tolist())
        return np.zeros((len(tokens), 4))

    impl.vocode(frame_logits, sound, len(u), np.array(u), 2)
    return calls


def check_each_frame_knows_the_past(impl):
    """each frame is drawn with its own die, knowing the frames before it"""
    def frame_logits(tokens):
        after_one = len(tokens) > 0 and tokens[-1] == 1
        return np.log([0.1, 0.9]) if after_one else np.log([0.5, 0.5])

    told = sum(heard_by_sound(impl, frame_logits, [0.6, 0.3, 0.05]), [])
    assert told == [1, 1, 0], \
        f"0 and 1 equally likely, but 0.1 and 0.9 after a 1; dice 0.6, 0.3, 0.05: expected [1, 1, 0], got {told}"


def check_sound_is_asked_once(impl):
    """sound gets all tokens in one call, in the order of time"""
    calls = heard_by_sound(impl, lambda tokens: np.zeros(2), [0.2, 0.7, 0.6])
    assert calls == [[0, 1, 1]], \
        f"two equal scores, dice 0.2, 0.7, 0.6: expected one call with [0, 1, 1], got the calls {calls}"
