"""A student who imports matplotlib and half of the standard library, and has a main part with a plot."""
# earns: all
# limits: load=30 unit=30

import argparse, asyncio, csv, json, logging, multiprocessing, pickle, random, re, sqlite3, subprocess, threading, typing      # noqa: E401, F401

import matplotlib.pyplot as plt
import numpy as np

logging.basicConfig(level=logging.DEBUG)
random.seed(0)
np.random.seed(0)


def softmax(logits: np.ndarray) -> "np.ndarray":
    weights = np.exp(logits - logits.max(axis=-1, keepdims=True))
    return weights / weights.sum(axis=-1, keepdims=True)


if __name__ == "__main__":
    plt.plot(softmax(np.arange(5.0)))
    plt.show()
