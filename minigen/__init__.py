"""minigen: how a machine generates a structured thing out of small pieces.

One by one (autoregressive, AR), all at once (non-autoregressive, NAR), or in a few rounds:
a *model* says what could stand at a place, a *strategy* says when a place is decided.

The alphabet of shapes, the same in every file, written at the end of the line that changes
a shape:

======  ==============================  ======  ========================================
letter  is                              letter  is
======  ==============================  ======  ========================================
``B``   canvases in a batch             ``A``   positions asked for in this step
``T``   tokens in a canvas              ``K``   tokens a causal model reads to its left
``V``   vocabulary size; id V is the    ``C``   width of the condition (label, latent)
        mask, "nothing here yet"
``D``   hidden width                    ``N``   items in a dataset
``H W`` sprite height and width         ``S``   steps of a plan
======  ==============================  ======  ========================================
"""

__version__ = "0.1.0"

# Where each public name stands. It is fetched when it is asked for: `minigen --help` does not wait for NumPy.
ROOMS = {"Condition": "protocols", "all_at_once": "strategies.plans", "fill": "strategies.fill",
         "generate": "strategies.fill", "in_blocks": "strategies.plans", "log_prob": "strategies.fill",
         "one_by_one": "strategies.plans", "shared_latent": "strategies.fill"}
__all__ = list(ROOMS)


def __getattr__(name):
    """Fetch a public name from its room (PEP 562)."""
    if name not in ROOMS:
        raise AttributeError(f"module 'minigen' has no attribute {name!r}")
    from importlib import import_module
    return getattr(import_module(f"minigen.{ROOMS[name]}"), name)
