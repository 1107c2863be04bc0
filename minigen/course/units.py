"""The units of the course: one row each, in the order in which they are taught.

One unit is one number and one file name, the same in ``solutions/``, ``exercises/``, ``tests/hidden/`` and
``tests/mutants/``.
"""

from dataclasses import dataclass

from minigen.errors import say

HOMEWORKS = {"HW1": ("dice", "骰子"),
             "HW2": ("the two strategies on a table", "兩種策略，用一張表看清楚"),
             "HW3": ("one by one", "各個擊破"),
             "HW4": ("all at once", "一次到位"),
             "HW5": ("N shots and both", "N 次到位，截長補短"),
             "Bonus": ("outside the sum", "加分題，不算在總分裡")}


@dataclass(frozen=True)
class Unit:
    """One exercise."""

    number: int
    homework: str               # a key of HOMEWORKS
    name: str                   # "u03_sample_categorical": the stem of all its files
    title: str
    title_zh: str
    sentence: str               # what the student writes, in one sentence
    sentence_zh: str
    hint: str                   # where to look first when stuck
    hint_zh: str
    needs: tuple                # numbers of the units it builds on
    points: int
    functions: tuple            # the signatures that a submission must have
    answers: tuple = ()         # what in the package answers it: "room.module:name" or "room.module:Class.method"
    see: str = ""               # the command that shows one's own code at work; "" where there is no socket yet
    in_place: tuple = ()        # functions that write into their arguments, as the exercise asks

    @property
    def short(self):
        """ "u03" """
        return self.name[:3]

    def __str__(self):
        return self.short


UNITS = (
    # HW1
    Unit(1, "HW1", "u01_softmax", "Scores into probabilities", "把分數變成機率",
         "Turn scores of any size into probabilities that sum to one.", "把任意大小的分數變成加起來等於 1 的機率。",
         "Adding the same number to every score changes nothing: which number keeps exp() from overflowing?",
         "每個分數都加上同一個數，機率不會變：加多少才能讓 exp() 不爆掉？",
         (), 10, ("softmax(logits)",), ("maths:softmax", "maths:log_softmax"),
         "minigen sample names --size tiny --with exercises/u01_softmax.py"),
    Unit(2, "HW1", "u02_cross_entropy", "How surprised was the model?", "模型有多驚訝？",
         "Compute the mean surprise of the true tokens, and its gradient.", "算出模型看到正確的 token 平均有多驚訝，還有它的梯度。",
         "The gradient is (probabilities - one_hot) / number of counted places; places that do not count get zero.",
         "梯度是（機率 - one_hot）除以有算進去的位置數；沒算進去的位置梯度是 0。",
         (1,), 15, ("cross_entropy(logits, targets, counted=None)",), ("maths:cross_entropy", "maths_numba:cross_entropy",
         "models.choice_decoder:ChoiceDecoder.loss_and_grads", "measure:told"),
         "minigen sample names --size tiny --with exercises/u02_cross_entropy.py"),
    Unit(3, "HW1", "u03_sample_categorical", "Draw one token with a die", "擲一顆骰子，抽一個 token",
         "Draw a token by inverse CDF: walk along the probabilities until they pass the die.",
         "用反函數法抽樣：沿著機率一路加，加到超過骰子為止。",
         "Divide by the temperature first. The token is the first one whose running sum is greater than the die.",
         "先除以溫度。抽到的是第一個累積機率大於骰子的 token。",
         (1,), 20, ("sample_categorical(logits, u, temperature=1.0)",), ("maths:sample_categorical", "maths:distance_to_edge", "maths_numba:pick",
         "models.decoder_numba:draw_places", "data.answers:Answers.sample"),
         "minigen sample sprites --size tiny --n 2 --with exercises/u03_sample_categorical.py"),
    Unit(4, "HW1", "u04_top_k_top_p", "Cut the tail: top-k and top-p", "砍掉尾巴：top-k 與 top-p",
         "Sharpen a distribution with a temperature, and cut it with top-k and top-p.", "用溫度讓分布變尖，再用 top-k 和 top-p 砍掉尾巴。",
         "Sort the scores best first, cut there, then put what is left back under the old ids.",
         "先由大到小排好，在排好的地方砍，再放回原來的編號。",
         (1, 3), 20, ("adjust(logits, temperature=1.0, top_k=None, top_p=None)",),
         ("maths:adjust", "maths_numba:adjust", "maths_numba:keep_best"),
         "minigen sample names --size tiny --top-k 3 --with exercises/u04_top_k_top_p.py"),
    Unit(5, "HW1", "u05_char_codec", "Characters to ids and back", "字和編號互相轉換",
         "Turn a text into ids with END and the mask, and ids back into the text.", "把文字變成編號（含 END 與遮罩），再變回來。",
         "END is the last id, len(alphabet); the mask is one more. Decoding stops at the first END.",
         "END 是最後一個編號 len(alphabet)，遮罩再加一。解碼時遇到第一個 END 就停。",
         (), 15, ("learn_alphabet(text)", "encode(text, alphabet, length)", "decode(tokens, alphabet)"),
         ("data.text:CharCodec.encode", "data.text:CharCodec.encode_prompt", "data.text:CharCodec.decode", "data.text:CharCodec.fit", "data.text:filled_up"),
         "minigen sample names --size tiny --with exercises/u05_char_codec.py"),
    Unit(6, "HW1", "u06_word_pieces", "Word pieces: un break able", "word piece（子詞）：un break able",
         "Learn which pairs of pieces to merge, and cut a word with given merges.", "學出該合併哪些相鄰的片段，再用學到的規則切開一個詞。",
         "Apply the merges in the order in which they were learned, each from left to right over the whole word.",
         "照學到的順序一條一條套用，每一條都由左到右掃過整個詞。",
         (5,), 20, ("learn_merges(counts, n)", "apply_merges(word, merges)"),
         ("data.word_pieces:learn_merges", "data.word_pieces:apply_merges"),
         "minigen pieces nevermore goodnight wherefore thereafter understand forgiveness --merges 200 --words 200 --with exercises/u06_word_pieces.py"),
    # HW2
    Unit(7, "HW2", "u07_ngram_counts", "Counting is a language model", "數一數就是語言模型",
         "Count what follows what, and turn the counts into probabilities that leave nothing impossible.",
         "數一數什麼後面接什麼，再變成機率，每個 token 都要留一點機會。",
         "Before the first token stands the start token, once. After END nothing is counted.",
         "第一個 token 前面放起始 token，只放一個。END 之後什麼都不數。",
         (5,), 30, ("count_ngrams(tokens, order, start, end=None)", "ngram_probs(counts, context, vocab_size, discount=0.9)"),
         ("models.ngram:NGram.fit", "models.ngram:NGram.probabilities", "models.ngram:NGram._sharpen", "models.ngram:NGram._contexts", "models.ngram:NGram._back"),
         "minigen sample names --model ngram --size tiny --with exercises/u07_ngram_counts.py"),
    Unit(8, "HW2", "u08_fill", "The loop: AR and NAR are one", "同一個迴圈：AR 和 NAR 只差計畫",
         "Write the loop of the lecture: take any plan, fill the canvas.", "寫出課堂上的迴圈：不管拿到什麼計畫，都能把畫布填滿。",
         "Ask once for all places of a pass, and only then write any of them down. The die of place t is u[:, t].",
         "一次問完這一輪所有的位置，問完才寫下去。位置 t 的骰子是 u[:, t]。",
         (3,), 40, ("fill(logits, canvas, u, plan, mask)",), ("strategies.fill:fill", "strategies.plans:still_open"),
         "minigen sample sprites --strategy all_at_once --size tiny --n 4 --with exercises/u08_fill.py"),
    Unit(9, "HW2", "u09_log_prob", "演員 or 老師: the exact price of one shot", "演員還是老師：一次到位的代價",
         "Score any plan exactly, and measure what independent places lose: the total correlation.",
         "不管什麼計畫，都能算出一張畫布的精確機率；再算各個位置互相不看會損失多少：總相關量（total correlation）。",
         "Places of one pass do not see each other; later passes see them all. Bits are nats divided by log 2.",
         "同一輪的位置互相看不到，之後的輪次才看得到。位元 = nats 除以 log 2。",
         (2, 8), 30, ("log_prob(logits, tokens, plan, mask)", "total_correlation(joint)"),
         ("strategies.fill:_log_prob_rows", "models.table:Table.total_correlation", "models.table:entropy_bits", "course.frontier:_lost", "course.frontier:_prices",
          "strategies.length:cut_at_end_log_prob", "strategies.length:length_first_log_prob", "strategies.orders:_score"),
         "minigen sample answers --strategy all_at_once --report --with exercises/u09_log_prob.py"),
    # HW3
    Unit(10, "HW3", "u10_linear_backward", "Backward through a linear layer", "線性層的反向傳播",
         "Given the gradient of the output, find those of input, weight and bias.", "給你輸出的梯度，算出輸入、權重和 bias 的梯度。",
         "Flatten all axes but the last: then it is three lines of matrix algebra. Check shapes first.",
         "最後一軸以外全部攤平，剩下三行矩陣運算。先核對形狀（shape）。",
         (), 15, ("linear_backward(x, weight, dy)",), ("nn.layers:Linear.backward", "nn.causal_conv:CausalConv.backward", "models.char_lm:CharLM._tied_backward"),
         "minigen sample names --size tiny --with exercises/u10_linear_backward.py"),
    Unit(11, "HW3", "u11_train_step", "One step of training", "訓練一步",
         "Shift by one, average over the places that count, take one step of Adam.", "往右移一格，對有算進去的位置取平均，再走一步 Adam。",
         "The input is the target moved one place to the right. END itself counts; what follows it does not.",
         "輸入就是答案往右移一格。END 本身要算，後面的不算。",
         (2, 10), 25, ("shifted(tokens, start)", "up_to_end(tokens, end)",
                       "adam_step(param, grad, first, second, step, rate, beta1=0.9, beta2=0.99, epsilon=1e-8)",
                       "train_step(table, first, second, tokens, step, rate, end=None)"),
         ("models.causal:shifted", "models.causal:up_to_end", "nn.optimisers:Adam.step_one", "nn.optimisers_numba:adam"),
         "minigen sample names --size tiny --with exercises/u11_train_step.py",
         in_place=("adam_step", "train_step")),
    Unit(12, "HW3", "u12_causal_attention", "Attention that sees only the past", "只看得到過去的注意力",
         "Let every place ask the places up to itself, and mix their answers.", "讓每個位置問自己和左邊的位置，再把答案混合起來。",
         "Mask with -inf before the softmax: then every row still sums to one. A place sees itself.",
         "在 softmax 之前用 -inf 遮住，每一橫排加起來才會是 1。每個位置看得到自己。",
         (1,), 20, ("causal_weights(scores)", "causal_attention(query, key, value)"),
         ("nn.attention:Attention._weights", "nn.attention:visible", "nn.attention_numba:soften", "models.char_lm_numba:attend"),
         "minigen sample names --size tiny --with exercises/u12_causal_attention.py"),
    Unit(13, "HW3", "u13_attention_backward", "Backward through attention", "注意力的反向傳播",
         "Given the gradient of the output, find those of query, key and value.", "給你輸出的梯度，算出 query、key、value 的梯度。",
         "Softmax backward: w * (dw - sum(dw * w)). Then two matrix products, and the factor 1 / sqrt(d) again.",
         "softmax 的反向傳播：w * (dw - sum(dw * w))。接著兩個矩陣乘法，別忘了 1 / sqrt(d)。",
         (10, 12), 20, ("softmax_backward(dweights, weights)", "attention_backward(query, key, value, dmixed)"),
         ("nn.attention:Attention._weights_backward", "nn.attention_numba:soften_backward", "nn.attention:Attention.backward"),
         "minigen sample names --size tiny --with exercises/u13_attention_backward.py"),
    Unit(14, "HW3", "u14_pixel_context", "What a pixel may see", "一個像素看得到什麼",
         "Collect the neighbours that a pixel may see, and complete half a sprite.", "收集一個像素看得到的鄰居，再把剩下的半張圖補完。",
         "Only rows above and pixels on the left. Outside the picture there is nothing, which is not colour 0.",
         "只有上面的橫排和左邊的像素。圖的外面是「沒有東西」，不是 0 號顏色。",
         (3, 8), 20, ("pixel_context(tokens, height, width, reach, nothing)",
                      "complete(logits, tokens, rows, height, width, u, mask)"),
         ("nn.causal_conv:visible_neighbours", "nn.causal_conv:neighbourhood", "models.pixel_lm_numba:run"),
         "minigen sample sprites --size tiny --n 2 --complete --with exercises/u14_pixel_context.py"),
    # HW4
    Unit(15, "HW4", "u15_one_shot_decoder", "One shot: an MLP draws every place", "一次到位：一個 MLP 畫完每個位置",
         "Write the one-shot decoder with its gradients: it learns the marginals, so it draws blobs.",
         "寫出一次到位的解碼器和它的梯度：它學到的是邊際分布，所以畫出一團團色塊。",
         "One row of told values in, T times V scores out. The loss is a mean over every place of every canvas.",
         "進去一橫排條件，出來 T 乘 V 個分數。損失對每張畫布的每個位置取平均。",
         (2, 10), 35, ("decode(params, told, length)", "decoder_loss_and_grads(params, told, tokens)"),
         ("nn.layers:MLP.forward", "nn.layers:MLP.backward", "models.decoder:Network.backward", "models.decoder:Decoder._loss_alone"),
         "minigen sample digits --strategy all_at_once --size tiny --with exercises/u15_one_shot_decoder.py"),
    Unit(16, "HW4", "u16_shared_latent", "One shared decision: the latent", "共用一個決定：潛在向量",
         "Draw a latent so that the gradient passes through it, and price it with the KL divergence.",
         "抽一個潛在向量，還要讓梯度傳得過去；再用 KL 散度算出它的代價。",
         "latent = mean + exp(log_variance / 2) * noise. One latent a canvas, not one a place.",
         "潛在向量 = mean + exp(log_variance / 2) * noise。一張畫布一個，不是一個位置一個。",
         (15,), 35, ("reparameterise(mean, log_variance, noise)", "kl_to_normal(mean, log_variance)",
                     "bound(told, mean, log_variance)", "latent_gradients(dlatent, mean, log_variance, noise, weight)"),
         ("models.decoder:reparameterise", "models.decoder:kl_to_normal", "models.decoder:latent_gradients"),
         "minigen sample digits --strategy shared_latent --size tiny --with exercises/u16_shared_latent.py"),
    Unit(17, "HW4", "u17_how_long", "How long is the answer?", "答案有多長？",
         "Both answers of the lecture: cut at END, or predict the length first.", "課堂上的兩種做法：切在 END，或先預測長度。",
         "END itself counts in the probability, what follows it does not. END is no part of the text.",
         "END 本身要算進機率，後面的都不算。END 不是文字的一部分。",
         (5, 9), 30, ("lengths(tokens, end)", "string_log_prob(log_probs, tokens, end)",
                      "length_first(length_logits, piece_logits, u_length, u)"),
         ("strategies.length:lengths", "strategies.length:string_log_prob", "strategies.length:first_end", "strategies.length:fitting", "strategies.length:length_first", "models.lengths:sizes_of")),
    # HW5
    Unit(18, "HW5", "u18_masked_loss", "Learn every order at once", "一次學會所有順序",
         "Hide a random part of the canvas, ask for it, and weigh the loss so that it means a likelihood.",
         "隨機遮住畫布的一部分，要模型猜回來，再把損失乘上對的權重，才對得上 likelihood（概似）。",
         "If n of T places are hidden, their summed surprise counts T / n times. Averages over orders: of probabilities, not of logs.",
         "T 個位置遮了 n 個，驚訝的總和要乘 T / n。對順序取平均時，平均的是機率，不是 log 機率。",
         (2, 9), 15, ("hide(tokens, n_hidden, u, mask)", "masked_loss(logits, tokens, hidden)", "any_order_log_prob(order_log_probs)"),
         ("models.masked:hide", "models.masked:Masked._hidden", "models.masked:Masked._loss")),
    Unit(19, "HW5", "u19_mask_predict", "Masked to unmasked, in N passes", "遮住再猜，猜 N 次",
         "Fill everything, doubt the least sure places, ask again.", "先全部填滿，把最沒把握的遮掉，再問一次。",
         "Mask the least sure ones again, never the prompt. In the last pass nothing is masked any more.",
         "重新遮住的是最沒把握的，不是最有把握的；題目給的絕對不能遮。最後一次什麼都不遮。",
         (3, 8, 18), 15, ("n_masked(n_open, step, passes)", "mask_predict(logits, canvas, u, mask)"),
         ("strategies.mask_predict:n_masked", "strategies.mask_predict:refine"),
         "minigen sample sprites --strategy mask_predict --passes 8 --size tiny --n 4 --with exercises/u19_mask_predict.py"),
    Unit(20, "HW5", "u20_cascade", "Small to large", "從小圖到大圖",
         "Draw a small picture first, then every large pixel at once, given the small one.", "先畫一張小圖，再看著小圖一次畫完大圖的每個像素。",
         "A coarse pixel speaks for its own block. What is told about the large picture is conditional on the small one.",
         "小圖的一個像素管它自己那一塊。大圖的機率，都是給定小圖之後的條件機率。",
         (8, 9), 15, ("shrink(pictures, factor, vocab_size)", "enlarge(pictures, factor)",
                      "cascade(coarse_logits, fine_logits, u_coarse, u_fine)",
                      "cascade_log_prob(coarse_log_prob, fine_logits, coarse, fine)"),
         ("data.pyramid:shrink", "data.pyramid:cut_into_blocks", "data.pyramid:enlarge", "strategies.cascade:cascade", "models.routed:Cascade._log_prob_rows")),
    Unit(21, "HW5", "u21_diffusion", "Noisy to clean", "從雜訊到乾淨",
         "Add noise, learn to see it, and take one step back (DDIM).", "加雜訊、學會看出雜訊、再往回走一步（DDIM）。",
         "alpha_bar is what is left of the signal's variance: sqrt(alpha_bar) x + sqrt(1 - alpha_bar) noise. No noise after the last step.",
         "alpha_bar 是訊號的變異數剩下的比例：sqrt(alpha_bar) x + sqrt(1 - alpha_bar) noise。最後一步不再加雜訊。",
         (16,), 15, ("alpha_bars(betas)", "add_noise(x, alpha_bar, noise)", "diffusion_loss(predict, x, steps, noise, alpha_bar)",
                     "ddim_step(x, predicted, alpha_bar, alpha_bar_next, eta, noise)"),
         ("nn.noise:alpha_bars", "nn.noise:add_noise", "nn.noise:diffusion_loss", "nn.noise:ddim_step"),
         "minigen sample digits --strategy diffusion --passes 20 --size tiny --with exercises/u21_diffusion.py"),
    Unit(22, "HW5", "u22_guidance", "Guidance: exaggerate the condition", "引導：把條件放大",
         "Teach one network with and without the condition, then go further in the condition's direction.",
         "讓同一個網路有時看得到條件、有時看不到，抽樣時再往條件的方向多走一點。",
         "without + weight * (with - without): weight 0 ignores the condition, 1 is plain, more exaggerates.",
         "without + weight * (with - without)：0 是忽略條件，1 是照原樣，更大就是誇張。",
         (3, 21), 10, ("drop_condition(labels, u, share, nothing)", "guided(told, untold, weight)",
                       "guided_sample(told_logits, untold_logits, weight, u)"),
         ("nn.noise:drop_condition", "nn.noise:guided", "nn.noise:guided_sample"),
         "minigen sample digits --strategy diffusion --passes 20 --size tiny --with exercises/u22_guidance.py"),
    Unit(23, "HW5", "u23_coarse_then_fine", "Frames one by one, the wave at once", "先一個一個決定音框，再一次生成波形",
         "Decide 100 frames a second one by one, then lay 160 samples a frame over each other at once.",
         "一秒有 100 個音框，一個一個決定；再把每個音框的 160 個取樣點一次全部疊起來。",
         "Frame f starts at sample 160 f. Where windows overlap they add up; divide by the sum of the windows.",
         "第 f 個音框從第 160 * f 個取樣點開始。重疊的地方相加，再除以窗函數的總和。",
         (8, 20), 15, ("coarse_then_fine(n_coarse, length)", "window(size)", "overlap_add(frames, hop)",
                       "vocode(frame_logits, sound, n_frames, u, hop)")),
    Unit(24, "HW5", "u24_frontier", "The frontier: which places now?", "前緣：這一輪先填哪些位置？",
         "Choose which places to fill in this pass, so that few passes lose few bits.", "決定這一輪先填哪些位置：輪數少，損失的位元也要少。",
         "Places whose answer is already certain cost nothing. Which open questions settle the others?",
         "已經確定的位置填了不花錢。還沒確定的位置裡，哪些一填，別的也跟著確定了？",
         (9, 19), 15, ("choose(probs, hidden, passes_left)",), ("course.frontier:left_to_right", "course.frontier:lowest_entropy_first")),
    Unit(25, "Bonus", "u25_fill_compiled", "The loop, compiled", "把迴圈編譯起來",
         "Write the sampling loop for Numba: the same tokens on the same dice, many times faster.",
         "用 Numba 寫抽樣迴圈：同樣的骰子、同樣的 token，快上許多倍。",
         "Inside a kernel: plain loops over plain arrays. Add up the probabilities in float64.",
         "核心（kernel）裡只寫單純的迴圈和陣列。機率用 float64 相加。",
         (7, 8), 10, ("fill_compiled(probs, canvas, u, mask, end)",), ("models.ngram_numba:run",),
         "minigen sample names --model ngram --size tiny --with exercises/u25_fill_compiled.py"),
)

BY_NUMBER = {unit.number: unit for unit in UNITS}


def closed_to(unit):
    """What in the package a unit may not use: its own answer, and those of later units, which are built on it."""
    return [answer for other in UNITS if other.number >= unit.number for answer in other.answers]


def find(text):
    """The unit that somebody means by ``u03``, ``3``, ``u03_sample_categorical`` or a file of that name.

    Raises
    ------
    UserError
        There is no such unit.
    """
    stem = str(text).replace("\\", "/").rpartition("/")[2].removesuffix(".py").removeprefix("bounty_")
    digits = stem.partition("_")[0].lower().removeprefix("u")
    unit = BY_NUMBER.get(int(digits)) if digits.isdecimal() else None
    if unit is None or ("_" in stem and not stem.startswith(unit.name)):
        near = [other.name for other in UNITS if unit is other or other.name.partition("_")[2] in stem]
        raise say("unit", f"one from u01 to {UNITS[-1]}, such as u03 or {UNITS[2].name}", repr(str(text)),
                  f"Did you mean {near[0]}?" if near else "")
    return unit
