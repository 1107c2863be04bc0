"""Questions with several right answers: small enough to know every probability exactly.

The lecture asks for the profession of 李宏毅. There are two people of that name, an actor
(演員) and a teacher (老師). Whoever decides both characters at once and apart also says 演師
and 老員. On these tables that loss can be computed by hand: it is the *total correlation*,
the sum of the entropies of the places minus the entropy of the whole answer.

Every probability is a multiple of 1/16, so 16 rows hold a question's answers in exactly the
right proportion and every sum of them is exact in floating point.
"""

from dataclasses import dataclass

import numpy as np

from minigen.data.batches import Items
from minigen.data.text import CharCodec
from minigen.errors import expect_range
from minigen.protocols import Condition

ROWS = 16                       # training rows per question


@dataclass(frozen=True)
class Question:
    """A question and the distribution of its right answers, all of one length."""

    text: str
    english: str
    answers: dict[str, float]   # answer -> probability
    pinyin: dict[str, str]      # answer -> how it reads, for pictures without a Chinese font


def _evenly(**pinyin_of):
    """Answers that are all equally likely, and their pinyin."""
    return {answer: 1 / len(pinyin_of) for answer in pinyin_of}, pinyin_of


QUESTIONS = (
    # Two people of one name. Gap: 1 bit; half of the one-shot answers are impossible.
    Question("李宏毅的職業", "Profession of Hung-yi Lee",
             *_evenly(演員="yǎnyuán", 老師="lǎoshī")),

    # Odds p : 1 - p. Gap: h(p) bits; a share 2 p (1 - p) is impossible (晴雨, 下天).
    Question("明天的天氣", "Tomorrow's weather",
             {"晴天": 0.75, "下雨": 0.25},
             {"晴天": "qíngtiān", "下雨": "xiàyǔ"}),

    # Shared characters: the mixtures 新中 and 新南 sound like cities, and there are none.
    Question("名字裡有方位的直轄市", "City of Taiwan with a direction in its name",
             *_evenly(台北="Táiběi", 新北="Xīnběi", 台中="Táizhōng", 台南="Táinán")),

    # Eight answers without a common character. Gap: 3 bits; 7 of 8 one-shot answers are no fruit.
    Question("台灣的水果", "Fruit of Taiwan",
             *_evenly(芒果="mángguǒ", 鳳梨="fènglí", 香蕉="xiāngjiāo", 芭樂="bālè",
                      蓮霧="liánwù", 荔枝="lìzhī", 龍眼="lóngyǎn", 木瓜="mùguā")),

    # Longer answers lose more: four places, each blind to the other three.
    Question("有馬的成語", "Idiom with a horse in it",
             *_evenly(馬到成功="mǎdàochénggōng", 一馬當先="yīmǎdāngxiān",
                      千軍萬馬="qiānjūnwànmǎ", 龍馬精神="lóngmǎjīngshén")),

    # Parity: any two lamps are independent, the three are not. Gap: 1 bit, invisible in pairs.
    Question("三盞燈有偶數盞亮著", "Three lamps, an even number of them lit",
             *_evenly(亮亮暗="liàng-liàng-àn", 亮暗亮="liàng-àn-liàng",
                      暗亮亮="àn-liàng-liàng", 暗暗暗="àn-àn-àn")),

    # Meat and staple are chosen apart (3/4 and 3/4): all at once is exact, the gap is 0.
    Question("午餐吃什麼", "What is for lunch",
             {"牛肉麵": 0.5625, "牛肉飯": 0.1875, "雞肉麵": 0.1875, "雞肉飯": 0.0625},
             {"牛肉麵": "niúròumiàn", "牛肉飯": "niúròufàn",
              "雞肉麵": "jīròumiàn", "雞肉飯": "jīròufàn"}),
)


class Answers:
    """The questions as tables of tokens; label q is question q.

    Attributes
    ----------
    length : int
        T, the longest answer and one more: END is always there.
    items : Items
        For training: every answer repeated in proportion to its probability, 16 rows a
        question. A table has nothing to hold out: `valid` is the same rows again, and a
        model's loss there is compared with the entropy of the table.
    """

    def __init__(self, questions):
        self.questions = tuple(questions)
        every = [answer for question in self.questions for answer in question.answers]
        self.codec = CharCodec.fit("".join(every), has_end=True)
        self.length = max(len(answer) for answer in every) + 1
        self.n_labels = len(self.questions)
        self.items = self._items()

    def support(self, label):
        """All right answers of a question: tokens (n, T), padded with END, and probs (n,)."""
        expect_range("label", label, 0, self.n_labels - 1, hint="Which question is it?")
        answers = self.questions[label].answers
        tokens = np.stack([self.codec.encode(answer, self.length) for answer in answers])   # (n, T)
        return tokens, np.array(list(answers.values()))                 # (n,)

    def sample(self, n_per_question, rng):
        """What the world answers: tokens (Q n, T), question after question, and their condition."""
        drawn = []
        for label in range(self.n_labels):
            tokens, probs = self.support(label)
            u = rng.random(n_per_question)                              # one die per answer
            # The last edge is left out: a die can never pass it by rounding.
            drawn.append(tokens[np.searchsorted(np.cumsum(probs)[:-1], u, side="right")])
        label = np.repeat(np.arange(self.n_labels), n_per_question)     # (Q n,)
        return np.concatenate(drawn), Condition(label=label)

    def _items(self):
        rows = []
        for label in range(self.n_labels):
            tokens, probs = self.support(label)
            rows.append(np.repeat(tokens, np.rint(probs * ROWS).astype(int), axis=0))
        label = np.repeat(np.arange(self.n_labels), [len(part) for part in rows])   # (N,)
        tokens = np.concatenate(rows)                                   # (N, T)
        return Items("answers", self.codec, tokens, tokens, label, label, n_labels=self.n_labels)


def answers_table():
    """The questions of the lecture's row on quality."""
    return Answers(QUESTIONS)
