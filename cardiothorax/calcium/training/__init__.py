"""Training of the calcium networks: data, converters, losses, runs. Needs the ``train`` extra."""
