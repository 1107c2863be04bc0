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

from minigen.protocols import Condition
from minigen.strategies.fill import fill, generate, log_prob, shared_latent
from minigen.strategies.plans import all_at_once, in_blocks, one_by_one

__version__ = "0.1.0"
__all__ = ["Condition", "all_at_once", "fill", "generate", "in_blocks", "log_prob", "one_by_one", "shared_latent"]
