"""char_lm against nanoGPT's CPU configuration on the same text, in one run.

    pip install -e ".[bench]" && python tests/bench/bench_text.py

Both read the first nine tenths of the shipped Shakespeare and are judged on the same random windows
of 64 characters of the last tenth, the first character of a window given, as nanoGPT does it. Looks
at the held-out windows are off the clock. Prints one JSON object.
"""

import argparse
import json
import math
import time

import numpy as np

from minigen import data, maths
from minigen.models.char_lm import CharLM, CharLMConfig
from minigen.nn.optimisers import Adam, Muon, clip, warmup_then_linear
from minigen.nn.training import endless, gradient
from minigen.parallel import one_blas_thread

CONTEXT, BATCH, WINDOWS = 64, 12, 2000


def held_out_windows(stream):
    """(WINDOWS, CONTEXT + 1) random windows, the same for both."""
    starts = np.random.default_rng(0).integers(0, len(stream) - CONTEXT - 1, WINDOWS)
    return np.stack([stream[start:start + CONTEXT + 1] for start in starts])


def loss_of_minigen(model, windows):
    """Mean nats of all characters of the windows but the first, which is given."""
    total = 0.0
    for i in range(0, len(windows), 100):
        part = windows[i:i + 100]
        log_probs = maths.log_softmax(model.logits(part, np.arange(1, CONTEXT + 1)))
        total -= np.take_along_axis(log_probs, part[:, 1:, None], -1).sum(dtype=np.float64)
    return total / (len(windows) * CONTEXT)


def train_minigen(dataset, windows, steps, look_every, target):
    """Train as the recipe ``text`` does; yields (step, seconds, held-out nats) until the target is reached."""
    rng = np.random.default_rng(0)
    model = CharLM(CharLMConfig(dataset.codec.vocab_size, context=CONTEXT), rng)
    optimiser = Muon(model.is_matrix, 0.03, 0.9, adam=Adam(0.01))
    batches, clock = endless(dataset, BATCH, rng), 0.0
    for step in range(steps):
        start = time.perf_counter()
        with one_blas_thread():
            tokens, condition = next(batches)
            _, grads = gradient(model, tokens, condition, rng)
            clip(grads, 1.0)
            optimiser.rate = warmup_then_linear(step, steps)
            optimiser.step(model.params, grads)
        clock += time.perf_counter() - start
        if (step + 1) % look_every == 0 or step + 1 == steps:
            loss = loss_of_minigen(model, windows)
            yield step + 1, clock, loss
            if target is not None and loss <= target:
                return


def train_nanogpt(dataset, windows, steps):
    """nanoGPT's CPU setting in PyTorch: 4 layers, 4 heads, width 128, AdamW 1e-3 with a cosine to 1e-4."""
    import torch
    from torch import nn
    from torch.nn import functional as F

    class Block(nn.Module):
        def __init__(self, width=128, heads=4):
            super().__init__()
            self.heads, self.norm1, self.norm2 = heads, nn.LayerNorm(width, bias=False), nn.LayerNorm(width, bias=False)
            self.qkv, self.out = nn.Linear(width, 3 * width, bias=False), nn.Linear(width, width, bias=False)
            self.up, self.down = nn.Linear(width, 4 * width, bias=False), nn.Linear(4 * width, width, bias=False)

        def forward(self, x):
            B, T, D = x.shape
            q, k, v = (part.view(B, T, self.heads, -1).transpose(1, 2) for part in self.qkv(self.norm1(x)).split(D, 2))
            y = F.scaled_dot_product_attention(q, k, v, is_causal=True).transpose(1, 2).reshape(B, T, D)
            x = x + self.out(y)
            return x + self.down(F.gelu(self.up(self.norm2(x))))

    class GPT(nn.Module):
        def __init__(self, vocab_size, layers=4, width=128):
            super().__init__()
            self.token, self.place = nn.Embedding(vocab_size, width), nn.Embedding(CONTEXT, width)
            self.blocks, self.norm = nn.ModuleList(Block() for _ in range(layers)), nn.LayerNorm(width, bias=False)
            self.head = nn.Linear(width, vocab_size, bias=False)
            self.head.weight = self.token.weight
            for name, parameter in self.named_parameters():
                if parameter.ndim == 2:
                    deep = 0.02 / math.sqrt(2 * layers) if name.endswith(("out.weight", "down.weight")) else 0.02
                    nn.init.normal_(parameter, 0.0, deep)

        def forward(self, ids):
            x = self.token(ids) + self.place.weight[:ids.shape[1]]
            for block in self.blocks:
                x = block(x)
            return self.head(self.norm(x))

    torch.manual_seed(0)
    torch.set_num_threads(2)
    model, stream = GPT(dataset.codec.vocab_size), torch.from_numpy(dataset.train_stream)
    decayed = [p for p in model.parameters() if p.ndim >= 2]
    others = [p for p in model.parameters() if p.ndim < 2]
    optimiser = torch.optim.AdamW([{"params": decayed, "weight_decay": 0.1}, {"params": others, "weight_decay": 0.0}],
                                  lr=1e-3, betas=(0.9, 0.99))
    took = []
    for step in range(steps):
        start = time.perf_counter()
        rate = (1e-3 * (step + 1) / 100 if step < 100
                else 1e-4 + 0.5 * (1 + math.cos(math.pi * (step - 100) / (steps - 100))) * 9e-4)
        for group in optimiser.param_groups:
            group["lr"] = rate
        starts = torch.randint(len(stream) - CONTEXT - 1, (BATCH,))
        rows = torch.stack([stream[i:i + CONTEXT + 1] for i in starts])
        loss = F.cross_entropy(model(rows[:, :-1]).flatten(0, 1), rows[:, 1:].flatten())
        optimiser.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimiser.step()
        took.append(time.perf_counter() - start)
    with torch.no_grad():
        rows = torch.from_numpy(windows)
        losses = [F.cross_entropy(model(part[:, :-1]).flatten(0, 1), part[:, 1:].flatten()).item() for part in rows.split(100)]
    return sum(took), float(np.mean(losses)), float(np.median(took))


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--steps", type=int, default=2000, help="steps of nanoGPT")
    parser.add_argument("--our-steps", type=int, default=300, help="steps of char_lm, its schedule included")
    arguments = parser.parse_args()
    dataset = data.shakespeare(CONTEXT)
    windows = held_out_windows(dataset.valid_stream)
    model = CharLM(CharLMConfig(dataset.codec.vocab_size), np.random.default_rng(0))     # compile before the clock starts
    model.loss_and_grads(dataset.train[:2], rng=np.random.default_rng(0))
    Adam().step(model.params, model.params)
    seconds, loss, step = train_nanogpt(dataset, windows, arguments.steps)
    looks = list(train_minigen(dataset, windows, arguments.our_steps, 50, target=loss))
    reached = [look for look in looks if look[2] <= loss]
    print(json.dumps({
        "nanogpt": {"steps": arguments.steps, "seconds": round(seconds, 1), "nats": round(loss, 4), "ms_per_step": round(1e3 * step, 1)},
        "char_lm": [{"step": at, "seconds": round(clock, 1), "nats": round(nats, 4)} for at, clock, nats in looks],
        "seconds_to_its_loss": round(reached[0][1], 1) if reached else None}, indent=1))


if __name__ == "__main__":
    main()
