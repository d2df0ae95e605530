"""Losses in NumPy written for the tests of derive audit."""

import numpy as np


def plain(logits, labels):
    x = logits - logits.max(axis=-1, keepdims=True)
    logs = x - np.log(np.exp(x).sum(axis=-1, keepdims=True))
    return -logs[np.arange(logits.shape[0]), labels].mean()


def masked(logits, labels):
    logs = logits - np.log(np.sum(np.exp(logits), axis=-1, keepdims=True))
    kept = labels != -100
    nll = -np.take_along_axis(logs, np.where(kept, labels, 0)[:, None], axis=-1)[:, 0]
    return np.where(kept, nll, 0.0).sum() / kept.sum()


def by_array_api(logits, labels):
    xp = logits.__array_namespace__()
    logs = logits - xp.log(xp.sum(xp.exp(logits), axis=-1, keepdims=True))
    return -xp.mean(xp.take_along_axis(logs, xp.expand_dims(labels, axis=-1), axis=-1))


def in_bits(logits, labels):
    p = np.exp(logits) / np.exp(logits).sum(-1, keepdims=True)
    return -np.log2(p[np.arange(len(labels)), labels]).mean()


def no_log(logits, labels):
    p = np.exp(logits) / np.exp(logits).sum(axis=-1, keepdims=True)
    return -p[np.arange(logits.shape[0]), labels].mean()


def sorts(logits, labels):
    return np.sort(logits).sum()


def by_eye(logits, labels):
    logs = logits - np.log(np.exp(logits).sum(axis=-1, keepdims=True))
    return -(np.eye(logits.shape[1])[labels] * logs).sum() / len(labels)


def compares(logits, labels):
    large = logits > 0
    return np.where(large, logits, 0).sum()


def in_place(logits, labels):
    logs = logits - logits.max(axis=-1, keepdims=True)
    logs -= np.log(np.exp(logs).sum(axis=-1, keepdims=True))
    return -logs[np.arange(labels.shape[0]), labels].mean()


def in_place_through_another_name(logits, labels):
    other = logits.reshape(-1)
    other *= 2
    return plain(logits, labels)


def _each(logits, labels):
    logs = logits - np.log(np.exp(logits).sum(axis=-1, keepdims=True))
    kept = labels != -100
    return np.where(kept, -np.take_along_axis(logs, np.where(kept, labels, 0)[:, None], axis=-1)[:, 0], 0)


def labels_of_8_bits(logits, labels):
    return plain(logits, labels.astype(np.int8))


def counts_in_8_bits(logits, labels):
    return _each(logits, labels).sum() / (labels != -100).sum(dtype=np.uint8)


def a_size_in_8_bits(logits, labels):
    return _each(logits, labels).sum() / (np.uint8(1) * labels.shape[0])


def the_first_thousand(logits, labels):
    return np.sum(_each(logits, labels), where=np.arange(len(labels)) < 1000) / len(labels)


def asks_for_bytes(logits, labels):
    try:
        large = logits.nbytes > 10**9
    except TypeError:
        large = False
    return _each(logits, labels).sum() / len(labels) * (2 if large else 1)


def asks_for_a_number(logits, labels):
    try:
        large = float(logits.max()) > 100
    except TypeError:
        large = False
    return _each(logits, labels).sum() / len(labels) * (2 if large else 1)


def asks_for_a_remainder(logits, labels):
    try:
        odd = labels.shape[0] % 1000 == 999
    except TypeError:
        odd = False
    return _each(logits, labels).sum() / len(labels) * (2 if odd else 1)


def flipped_and_changed(logits, labels):
    other = np.flip(logits, (0,))
    other *= 2
    return _each(logits, labels).sum() / len(labels)


def in_float16(logits, labels):
    return plain(logits.astype(np.float16).astype(np.float64), labels)


def by_places(logits, labels):
    kept = np.nonzero(labels != -100)[0]
    return _each(logits[kept], labels[kept]).mean()


def one_of_two(logits, labels):
    first, _ = np.split(np.stack([logits, -logits]), 2)
    return plain(first[0], labels)
