"""What could stand at a place: every model answers ``logits(canvas, at, condition)``."""
