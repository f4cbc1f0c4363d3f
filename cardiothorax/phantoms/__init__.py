"""Studies of nobody, made from a seed, whose truth is known: for tests, the demo and training."""
