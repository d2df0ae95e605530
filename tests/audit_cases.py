"""Losses written for the tests of derive audit: right ones, and ones with a fault that people make.  Each is a program in PyTorch."""

import torch
import torch.nn.functional as F


def plain(logits, labels):
    return F.cross_entropy(logits, labels)


def by_hand(logits, labels):
    logs = F.log_softmax(logits, dim=-1)
    kept = labels != -100
    nll = -logs.gather(-1, labels.clamp(min=0).unsqueeze(-1)).squeeze(-1)
    return (nll * kept).sum() / kept.sum()


def by_mask(logits, labels):
    kept = labels != -100
    return F.cross_entropy(logits[kept], labels[kept])


def stabilised(logits, labels):
    x = logits - logits.max(-1, keepdim=True).values
    return -(x.gather(-1, labels[:, None])[:, 0] - x.exp().sum(-1).log()).mean()


def count_at_least_one(logits, labels):
    kept = labels != -100
    return F.cross_entropy(logits, labels, reduction="sum") / kept.sum().clamp(min=1)


def one_hot_product(logits, labels):
    target = F.one_hot(labels, num_classes=logits.size(-1))
    return -(target * F.log_softmax(logits, -1)).sum(-1).mean()


def scattered(logits, labels, eps=0.1):
    target = torch.full_like(logits, eps / (logits.size(-1) - 1))
    target.scatter_(1, labels.unsqueeze(1), 1 - eps)
    return -(target * F.log_softmax(logits, -1)).sum(-1).mean()


def next_token(logits, labels):
    return F.cross_entropy(logits[:, :-1].reshape(-1, logits.size(-1)), labels[:, 1:].reshape(-1))


def normalised_twice(logits, labels):
    return F.cross_entropy(F.log_softmax(logits, -1), labels)


def softmax_twice(logits, labels):
    return F.cross_entropy(F.softmax(logits, -1), labels)


def no_log(logits, labels):
    return F.nll_loss(F.softmax(logits, -1), labels)


def wrong_axis(logits, labels):
    return F.nll_loss(F.log_softmax(logits, 0), labels)


def wrong_size(logits, labels, eps=0.1):
    logs = F.log_softmax(logits, -1)
    nll = -logs.gather(-1, labels[:, None])[:, 0]
    return ((1 - eps) * nll - eps / logits.size(0) * logs.sum(-1)).mean()


def no_shift(logits, labels):
    return F.cross_entropy(logits.reshape(-1, logits.size(-1)), labels.reshape(-1))


def double_shift(logits, labels):
    return F.cross_entropy(logits[:-2], labels[2:])


def shifted_here_and_there(logits, labels):
    return F.cross_entropy(logits[:-1][:-1], labels[1:][1:])


def without_square(student_logits, teacher_logits):
    return F.kl_div(F.log_softmax(student_logits / 2, -1), F.softmax(teacher_logits / 2, -1), reduction="batchmean")


def missing_squeeze(logits, labels):
    logs = F.log_softmax(logits, -1).gather(-1, labels.clamp(min=0)[:, None])
    kept = labels != -100
    return -(logs * kept).sum() / kept.sum()


def log_of_more(logits, labels):
    return -torch.log(F.softmax(logits, -1) + 1e-8).gather(-1, labels[:, None]).mean()


def floor(logits, labels):
    return -torch.log(F.softmax(logits, -1).clamp(min=1e-5)).gather(-1, labels[:, None]).mean()


def slip(logits, labels):
    return F.cross_entropy(logits, labels, label_smoothing=0.1001)


def leak(logits, labels, eps=0.1):
    logs = F.log_softmax(logits, -1)
    kept = labels != -100
    nll = -logs.gather(-1, labels.clamp(min=0).unsqueeze(-1)).squeeze(-1) * kept
    return ((1 - eps) * nll - eps * logs.mean(-1)).sum() / kept.sum()


def inverse_size(logits, labels, eps=0.1):
    logs = F.log_softmax(logits, -1)
    nll = -logs.gather(-1, labels[:, None])[:, 0]
    return ((1 - eps) * nll - logs.sum(-1) / logits.size(-1)).mean()


def mean_over_all(logits, labels):
    return F.cross_entropy(logits, labels, reduction="none").mean()


def mean_of_rows(logits, labels):
    losses = F.cross_entropy(logits.transpose(1, 2), labels, reduction="none")
    kept = (labels != -100).double()
    return ((losses * kept).sum(1) / kept.sum(1)).mean()


def micro_batches(batches):
    total = 0.0
    for batch in batches:
        total = total + F.cross_entropy(batch["logits"], batch["labels"])
    return total / len(batches)


def z_loss_over_all(logits, labels):
    kept = (labels != -100).float()
    return F.cross_entropy(logits, labels) + 1e-4 * (torch.logsumexp(logits, -1) ** 2 * kept).mean()


def with_z_loss(logits, labels):
    kept = labels != -100
    z = torch.logsumexp(logits, -1) ** 2
    return F.cross_entropy(logits, labels) + 1e-4 * (z * kept).sum() / kept.sum()


def counted_twice(logits, labels):
    return F.cross_entropy(torch.cat([logits, logits], -1), labels)


def distillation(student_logits, teacher_logits, tau=2.0):
    student, teacher = F.log_softmax(student_logits / tau, -1), F.softmax(teacher_logits / tau, -1)
    return F.kl_div(student, teacher, reduction="batchmean") * tau**2


def without_entropy(logits, target):
    return F.kl_div(F.log_softmax(logits, -1), target, reduction="batchmean")


def dpo(policy_chosen_logps, policy_rejected_logps, reference_chosen_logps, reference_rejected_logps, beta=0.1):
    margin = (policy_chosen_logps - policy_rejected_logps) - (reference_chosen_logps - reference_rejected_logps)
    return -F.logsigmoid(beta * margin).mean()


def ppo(logprobs, old_logprobs, advantages, mask, eps=0.2):
    ratio = torch.exp(logprobs - old_logprobs)
    losses = torch.max(-advantages * ratio, -advantages * torch.clamp(ratio, 1 - eps, 1 + eps))
    return (losses * mask).sum() / mask.sum()


def divergence(logprobs, ref_logprobs):
    d = ref_logprobs - logprobs
    return (d.exp() - d - 1).mean()


def focal(logits, labels):
    logs = F.log_softmax(logits, -1).gather(-1, labels[:, None])[:, 0]
    return (-((1 - logs.exp()) ** 2) * logs).mean()


def unlikelihood(logits, labels):
    p = F.softmax(logits, -1).gather(-1, labels[:, None])[:, 0]
    return -torch.log1p(-p).mean()


def branches_on_data(logits, labels):
    loss = F.cross_entropy(logits, labels)
    return loss if loss > 1 else loss * 2


def unknown_operation(logits, labels):
    return torch.fft.fft(logits).real.sum()


class Model(torch.nn.Module):
    """A module with an output that has attributes."""

    def __init__(self, smoothing=0.1):
        super().__init__()
        self.loss = torch.nn.CrossEntropyLoss(label_smoothing=smoothing)

    def forward(self, logits, labels):
        return {"loss": self.loss(logits.view(-1, logits.size(-1)), labels.view(-1)), "logits": logits}


def masked_by_numbers(logprobs, old_logprobs, advantages, mask):
    ratio = torch.exp(logprobs - old_logprobs)
    losses = -torch.min(ratio * advantages, ratio.clamp(0.8, 1.2) * advantages)
    return (losses * mask + (1 - mask) * 0).sum(-1).div(mask.sum(-1)).mean()


def branchless_sort(logits, labels):
    """What the tracer does not read: the entries are put in order and back."""
    order = torch.argsort(logits, -1)
    back = torch.argsort(order, -1)
    return F.cross_entropy(torch.gather(torch.gather(logits, -1, order), -1, back), labels)


def contrastive(logits):
    return F.cross_entropy(logits / 0.07, torch.arange(logits.size(0)))


def group_relative(per_token_logps, old_per_token_logps, ref_per_token_logps, advantages, completion_mask):
    ratio = torch.exp(per_token_logps - old_per_token_logps)
    gain = advantages.unsqueeze(1)
    losses = -torch.min(ratio * gain, torch.clamp(ratio, 0.8, 1.2) * gain)
    d = ref_per_token_logps - per_token_logps
    losses = losses + 0.04 * (torch.exp(d) - d - 1)
    return (losses * completion_mask).sum() / completion_mask.sum()
