"""What every radiograph task shares: the frontal-chest gate and the lung and heart segmentation."""
