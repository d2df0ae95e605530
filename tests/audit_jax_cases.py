"""Losses in JAX written for the tests of derive audit."""

import jax
import jax.numpy as jnp


def plain(logits, labels):
    logs = jax.nn.log_softmax(logits)
    return -jnp.take_along_axis(logs, labels[:, None], axis=-1).mean()


def masked(logits, labels):
    kept = labels != -100
    logs = jax.nn.log_softmax(logits)
    nll = -jnp.take_along_axis(logs, jnp.where(kept, labels, 0)[:, None], axis=-1)[:, 0]
    return jnp.where(kept, nll, 0.0).sum() / kept.sum()


def one_hot(logits, labels):
    return -(jax.nn.one_hot(labels, logits.shape[-1]) * jax.nn.log_softmax(logits)).sum(-1).mean()


def by_logsumexp(logits, labels):
    return (jax.nn.logsumexp(logits, axis=-1) - logits[jnp.arange(logits.shape[0]), labels]).mean()


def next_token(logits, labels):
    logs = jax.nn.log_softmax(logits[:, :-1])
    return -jnp.take_along_axis(logs, labels[:, 1:, None], axis=-1).mean()


def softmax_twice(logits, labels):
    return plain(jax.nn.softmax(logits), labels)


def z_loss(logits, labels):
    z = jax.nn.logsumexp(logits, axis=-1)
    return (z - jnp.take_along_axis(logits, labels[:, None], -1)[:, 0] + 1e-4 * z**2).mean()


def sorts(logits, labels):
    return jnp.sort(logits).sum()


@jax.custom_vjp
def _own(logits):
    return jax.nn.log_softmax(logits)


_own.defvjp(lambda z: (jax.nn.log_softmax(z), z), lambda z, g: (0 * g,))


def derivative_of_its_own(logits, labels):
    return -jnp.take_along_axis(_own(logits), labels[:, None], axis=-1).mean()


def in_bfloat16(logits, labels):
    return plain(logits.astype(jnp.bfloat16), labels)


def labels_of_8_bits(logits, labels):
    return plain(logits, labels.astype(jnp.int8))


def classes_of_8_bits(logits, labels):
    hot = jnp.arange(logits.shape[-1], dtype=jnp.int8)[None, :] == labels[:, None]
    return -(hot * jax.nn.log_softmax(logits)).sum() / labels.shape[0]


def catches_errors(logits, labels):
    try:
        large = bool(logits.shape[0] > 1000)
    except Exception:
        large = False
    return plain(logits, labels) * (2 if large else 1)


def catches_what_is_no_number(logits, labels):
    try:
        large = bool(logits.max() > 1000)
    except Exception:
        large = False
    return plain(logits, labels) * (2 if large else 1)


def weighed_by_itself(logits, labels):
    logs = logits - jax.scipy.special.logsumexp(logits, axis=-1, keepdims=True)
    of_label = jnp.take_along_axis(logs, labels[:, None], axis=-1)[:, 0]
    return -(jax.lax.stop_gradient(jnp.exp(of_label)) * of_label).mean()


def asks_which_size(logits, labels):
    return plain(logits, labels) * (2 if logits.shape[0] in (1000, 2000) else 1)


def looks_up_a_size(logits, labels):
    return plain(logits, labels) * {1000: 2}.get(logits.shape[0], 1)
