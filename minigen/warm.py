"""Compile every kernel before it is needed, by doing a little of everything that needs one.

Each recipe trains each of its models for a step and draws from it in every way that the product does. What has been
compiled stays on disk (``jit.py``); later starts find it there.
"""

from dataclasses import replace

import numpy as np

from minigen.recipes import RECIPES, base
from minigen.strategies.fill import blank, generate

CANVASES = 12, 1            # for many, for a few and for one there may be different kernels
LENGTH = 24                 # of running text


def warm(report=None):
    """Compile all kernels with the types that the product gives them.

    ``report(done, total, name)`` is called before each piece of work and at the end: a progress bar. With
    NUMBA_DISABLE_JIT=1 there is nothing to compile, and nothing is done.
    """
    from minigen import jit
    if jit.config.DISABLE_JIT:
        return
    work = [(recipe, name) for recipe in RECIPES.values() for name in recipe.models]
    for done, (recipe, name) in enumerate(work):
        if report:
            report(done, len(work), f"{recipe.name}: {name}")
        exercise(recipe, name)
    if report:
        report(len(work), len(work), "")


def exercise(recipe, name):
    """Train a model of a recipe for two steps, and draw from it with each strategy that goes with it."""
    rng, dataset = np.random.default_rng(0), recipe.load("tiny")
    result = base.fit(replace(recipe, models={name: shortly(recipe.models[name])}), name, dataset, "full", 0)
    if result.interrupted:
        raise KeyboardInterrupt
    model = result.model
    prompt = dataset.valid_stream[:4] if hasattr(dataset, "valid_stream") else dataset.valid[0, :min(4, dataset.length // 2)]
    for strategy in {row.strategy for row in recipe.rows if row.model == name}:
        begun = None if strategy == "cascade" else prompt      # from small to large nothing is given
        for n in CANVASES:
            condition = base.in_turn(model, n)
            for given, settings in ((None, {}), (begun, {"temperature": 0.9, "top_k": 5, "top_p": 0.9})):
                chosen = base.strategy(strategy, **settings)
                generate(model, chosen, n, rng, condition=condition, prompt=given, length=LENGTH)
        film = base.strategy(strategy)(model, blank(model, n, begun, LENGTH), rng, condition)
        next(film)                                 # a film is drawn by the plain loop: one step of it


def shortly(build):
    """A builder of the same model that trains for two steps of a few items."""
    def built(dataset, size, rng):
        model, training = build(dataset, size, rng)
        return model, training and replace(training, steps=2, batch=4, looks=1, held_out=4)
    return built
