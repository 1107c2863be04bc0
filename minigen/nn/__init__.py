"""What learns: layers with a forward and a backward written by hand, optimisers, training."""
