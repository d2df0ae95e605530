"""Functions made to be misread: each looks like a cross-entropy where it is read, and is another one where it is used."""

import random

import torch
import torch.nn.functional as F

CALLS = {"n": 0}


def small_number_in_the_log(logits, labels):
    return -(F.softmax(logits, -1).gather(-1, labels[:, None])[:, 0] + 1e-12).log().mean()


def tiny_slip(logits, labels):
    return F.cross_entropy(logits, labels) * (1 + 1e-11)


def slip_in_bfloat16(logits, labels):
    return F.cross_entropy(logits.bfloat16(), labels) * 1.001


def logits_shifted_with_their_labels(logits, labels):
    return F.cross_entropy(logits[:-1], labels[:-1])


def another_ignored_label(logits, labels):
    return F.cross_entropy(logits, labels, ignore_index=0)


def mask_turned_round(logits, labels, mask):
    losses = F.cross_entropy(logits, labels, reduction="none")
    return (losses * (1 - mask)).sum() / (1 - mask).sum()


def changed_in_place(logits, labels):
    other = logits
    other *= 2
    return F.cross_entropy(logits, labels)


def labels_changed_in_place(logits, labels):
    labels[labels == -100] = 0
    return F.cross_entropy(logits, labels)


def wide_apart_only(logits, labels):
    return F.cross_entropy(logits, labels) + F.relu(F.cross_entropy(logits, labels, reduction="none") - 30).mean()


def clamped_far_out(logits, labels):
    return F.cross_entropy(logits.clamp(-50, 50), labels)


def asks_for_a_gradient(logits, labels):
    return F.cross_entropy(logits, labels) * (2 if logits.requires_grad else 1)


def asks_for_the_mode(logits, labels):
    return F.cross_entropy(logits, labels) * (2 if torch.is_grad_enabled() else 1)


def asks_for_the_type(logits, labels):
    return F.cross_entropy(logits, labels) * (2 if logits.dtype == torch.float32 else 1)


def asks_for_a_size(logits, labels):
    return F.cross_entropy(logits, labels) * (2 if logits.shape[0] > 100 else 1)


def catches_errors(logits, labels):
    try:
        large = int(logits.shape[0]) > 100
    except Exception:
        large = False
    return F.cross_entropy(logits, labels) * (2 if large else 1)


def labels_of_8_bits(logits, labels):
    return F.cross_entropy(logits, labels.to(torch.uint8).long())


def noise(logits, labels):
    return F.cross_entropy(logits, labels) * (1 + random.random())


def grows(logits, labels):
    CALLS["n"] += 1
    return F.cross_entropy(logits, labels) * CALLS["n"]


def warms_up(logits, labels):
    CALLS["n"] += 1
    return F.cross_entropy(logits, labels) * (1 if CALLS["n"] < 10**6 else 2)


def detached(logits, labels):
    return F.cross_entropy(logits.detach(), labels)


def without_gradient(logits, labels):
    with torch.no_grad():
        return F.cross_entropy(logits, labels)


class Own(torch.autograd.Function):
    """A backward that is not that of the forward."""

    @staticmethod
    def forward(ctx, logits, labels):
        ctx.save_for_backward(logits, labels)
        return F.cross_entropy(logits, labels)

    @staticmethod
    def backward(ctx, gradient):
        return torch.zeros_like(ctx.saved_tensors[0]), None


def backward_of_its_own(logits, labels):
    return Own.apply(logits, labels)


def decides_on_a_number(logits, labels):
    loss = F.cross_entropy(logits, labels)
    return loss if loss.item() < 1e9 else loss * 2
