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


def another_loss_in_halves(logits, labels):
    return F.cross_entropy(logits, labels) * (2 if logits.dtype in (torch.float16, torch.bfloat16) else 1)


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


def _each(logits, labels):
    return F.cross_entropy(logits, labels, reduction="none")


def labels_made_of_8_bits(logits, labels):
    return F.cross_entropy(logits, torch.as_tensor(labels, dtype=torch.int8).long())


def counts_in_8_bits(logits, labels):
    return _each(logits, labels).sum() / (labels != -100).sum(dtype=torch.uint8)


def a_size_in_8_bits(logits, labels):
    return _each(logits, labels).sum() / (torch.ones((), dtype=torch.uint8) * labels.shape[0])


def classes_of_8_bits(logits, labels):
    hot = torch.arange(logits.shape[-1], dtype=torch.uint8)[None, :] == labels[:, None]
    return -(hot * torch.log_softmax(logits, -1)).sum() / (labels != -100).sum()


def clamped_in_place(logits, labels):
    below = 50 - logits
    F.relu(below, inplace=True)
    return F.cross_entropy(50 - below, labels)


def clamped_into_itself(logits, labels):
    with torch.no_grad():
        torch.clamp(logits, -50, 50, out=logits)
    return F.cross_entropy(logits, labels)


def asks_for_a_remainder(logits, labels):
    try:
        odd = logits.shape[0] % 1000 == 999
    except TypeError:
        odd = False
    return F.cross_entropy(logits, labels) * (2 if odd else 1)


class Counting(torch.nn.Module):
    """A schedule that counts in a buffer."""

    def __init__(self):
        super().__init__()
        self.register_buffer("steps", torch.zeros((), dtype=torch.long))

    def forward(self, logits, labels):
        self.steps += 1
        return F.cross_entropy(logits, labels) * (1 if self.steps < 10**6 else 2)


counts_in_a_buffer = Counting()


def _counting():
    count = 0

    def loss(logits, labels):
        nonlocal count
        count += 1
        return F.cross_entropy(logits, labels) * (1 if count < 10**6 else 2)

    return loss


counts_around_itself = _counting()


def looks_up_a_size(logits, labels):
    return F.cross_entropy(logits, labels) * {1000: 2}.get(logits.shape[0], 1)


def asks_for_a_kind(logits, labels):
    n = logits.shape[0]
    return F.cross_entropy(logits, labels) * (2 if isinstance(n, int) and n > 1000 else 1)


def writes_a_size(logits, labels):
    return F.cross_entropy(logits, labels) * (2 if len(f"{logits.shape[0]}") > 3 else 1)


def seldom_something_else(logits, labels):
    return F.cross_entropy(logits, labels) * (2 if random.random() < 1e-9 else 1)
