"""A loss as training code has it: the mean over the labels that are not -100."""

import numpy as np


def cross_entropy(logits, labels):
    logs = logits - np.log(np.exp(logits).sum(axis=-1, keepdims=True))
    kept = labels != -100
    nll = -np.take_along_axis(logs, np.where(kept, labels, 0)[:, None], axis=-1)[:, 0]
    return np.where(kept, nll, 0).sum() / kept.sum()
