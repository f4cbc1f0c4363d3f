"""Training of the lung and heart network: data, augmentation, loss. Needs the ``train`` extra."""
