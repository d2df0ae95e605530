"""Losses written as repositories write them, for the tests of derive audit: idioms, and losses of papers."""

from dataclasses import dataclass
from functools import partial

import torch
import torch.nn.functional as F
from torch import nn


def gpt2(lm_logits, labels):
    shift_logits = lm_logits[..., :-1, :].contiguous()
    shift_labels = labels[..., 1:].contiguous()
    loss_fct = nn.CrossEntropyLoss()
    return loss_fct(shift_logits.view(-1, shift_logits.size(-1)), shift_labels.view(-1))


def nanogpt(logits, targets):
    return F.cross_entropy(logits.view(-1, logits.size(-1)), targets.view(-1), ignore_index=-1)


def nanogpt_unpack(logits, targets):
    B, T, C = logits.shape
    logits = logits.view(B * T, C)
    targets = targets.view(B * T)
    return F.cross_entropy(logits, targets)


def t5_z(logits, targets, z_loss=1e-4):
    log_z = torch.logsumexp(logits, dim=-1)
    logp = logits.gather(-1, targets.unsqueeze(-1)).squeeze(-1) - log_z
    loss = -logp + z_loss * log_z.square()
    return loss.mean()


def palm_masked(logits, labels, mask, z_loss=1e-4):
    log_z = logits.logsumexp(-1)
    ll = torch.gather(logits, -1, labels[..., None])[..., 0]
    nll = log_z - ll
    total = nll + z_loss * log_z**2
    return (total * mask).sum() / mask.sum()


def dpo(
    policy_chosen_logps,
    policy_rejected_logps,
    reference_chosen_logps,
    reference_rejected_logps,
    beta=0.1,
    label_smoothing=0.0,
    ipo=False,
    reference_free=False,
):
    pi_logratios = policy_chosen_logps - policy_rejected_logps
    ref_logratios = reference_chosen_logps - reference_rejected_logps
    if reference_free:
        ref_logratios = 0
    logits = pi_logratios - ref_logratios
    if ipo:
        losses = (logits - 1 / (2 * beta)) ** 2
    else:
        losses = -F.logsigmoid(beta * logits) * (1 - label_smoothing) - F.logsigmoid(-beta * logits) * label_smoothing
    chosen_rewards = beta * (policy_chosen_logps - reference_chosen_logps).detach()
    rejected_rewards = beta * (policy_rejected_logps - reference_rejected_logps).detach()
    return losses.mean(), chosen_rewards, rejected_rewards


def simpo(policy_chosen_logps, policy_rejected_logps, beta=2.0, gamma_beta_ratio=0.5):
    logits = policy_chosen_logps - policy_rejected_logps - gamma_beta_ratio
    return (-F.logsigmoid(beta * logits)).mean()


def orpo(policy_chosen_logps, policy_rejected_logps):
    log_odds = (policy_chosen_logps - policy_rejected_logps) - (
        torch.log1p(-torch.exp(policy_chosen_logps)) - torch.log1p(-torch.exp(policy_rejected_logps))
    )
    return -(0.1 * F.logsigmoid(log_odds)).mean()


def kto(policy_chosen_logps, policy_rejected_logps, reference_chosen_logps, reference_rejected_logps, kl, beta=0.1):
    chosen = 1 - F.sigmoid(beta * ((policy_chosen_logps - reference_chosen_logps) - kl))
    rejected = 1 - F.sigmoid(beta * (kl - (policy_rejected_logps - reference_rejected_logps)))
    return torch.cat((chosen, rejected), 0).mean()


def grpo(logps, old_logps, ref_logps, advantages, mask, eps=0.2, beta=0.04):
    per_token_kl = torch.exp(ref_logps - logps) - (ref_logps - logps) - 1
    coef_1 = torch.exp(logps - old_logps)
    coef_2 = torch.clamp(coef_1, 1 - eps, 1 + eps)
    loss1 = coef_1 * advantages.unsqueeze(1)
    loss2 = coef_2 * advantages.unsqueeze(1)
    loss = -torch.min(loss1, loss2)
    loss = loss + beta * per_token_kl
    return ((loss * mask).sum(-1) / mask.sum(-1).clamp(min=1.0)).mean()


def ppo_clip(new_logprobs, old_logprobs, advantages, mask, cliprange=0.2):
    logprobs_diff = new_logprobs - old_logprobs
    ratio = torch.exp(logprobs_diff)
    pg_losses = -advantages * ratio
    pg_losses2 = -advantages * torch.clamp(ratio, 1.0 - cliprange, 1.0 + cliprange)
    pg_loss_max = torch.max(pg_losses, pg_losses2)
    return (pg_loss_max * mask).sum() / mask.sum()


def hinton(student_logits, teacher_logits, labels, T=4.0, alpha=0.5):
    soft = nn.KLDivLoss(reduction="batchmean")(
        F.log_softmax(student_logits / T, dim=1), F.softmax(teacher_logits / T, dim=1)
    ) * (T * T)
    hard = F.cross_entropy(student_logits, labels)
    return alpha * soft + (1 - alpha) * hard


def hinton_soft(student_logits, teacher_logits, T=4.0):
    p = F.log_softmax(student_logits / T, dim=-1)
    q = F.softmax(teacher_logits / T, dim=-1)
    return F.kl_div(p, q, reduction="sum") * (T**2) / student_logits.shape[0]


def hinton_log(student_logits, teacher_logits, T=2.0):
    p = F.log_softmax(student_logits / T, dim=-1)
    q = F.log_softmax(teacher_logits / T, dim=-1)
    return F.kl_div(p, q, log_target=True, reduction="batchmean") * T * T


def minillm(student_logits, teacher_logits, mask):
    s = F.softmax(student_logits, -1)
    sl = F.log_softmax(student_logits, -1)
    tl = F.log_softmax(teacher_logits, -1)
    kl = (s * (sl - tl)).sum(-1)
    return (kl * mask).sum() / mask.sum()


def focal(logits, labels, gamma=2.0):
    ce = F.cross_entropy(logits, labels, reduction="none")
    pt = torch.exp(-ce)
    return ((1 - pt) ** gamma * ce).mean()


def focal_alpha(inputs, targets, alpha=0.25, gamma=2.0, reduction="mean"):
    p = torch.sigmoid(inputs)
    ce = F.binary_cross_entropy_with_logits(inputs, targets, reduction="none")
    p_t = p * targets + (1 - p) * (1 - targets)
    loss = ce * (1 - p_t) ** gamma
    if alpha >= 0:
        loss = (alpha * targets + (1 - alpha) * (1 - targets)) * loss
    return loss.mean() if reduction == "mean" else loss.sum()


def unlikelihood(logits, labels):
    probs = F.softmax(logits, -1)
    p = probs.gather(-1, labels.unsqueeze(-1)).squeeze(-1)
    return -torch.log(torch.clamp(1.0 - p, min=1e-5)).mean()


def clip_symmetric(logits):
    labels = torch.arange(logits.shape[0], device=logits.device)
    return (F.cross_entropy(logits, labels) + F.cross_entropy(logits.t(), labels)) / 2


def seq_kl(logits, ref_logits, mask):
    lp, rp = logits.log_softmax(-1), ref_logits.log_softmax(-1)
    kl = (lp.exp() * (lp - rp)).sum(-1)
    return (kl * mask).sum(-1).mean()


def poly1(logits, labels, epsilon=1.0):
    pt = (F.one_hot(labels, logits.size(1)) * F.softmax(logits, 1)).sum(-1)
    ce = F.cross_entropy(logits, labels, reduction="none")
    return (ce + epsilon * (1 - pt)).mean()


def confidence_penalty(logits, labels, beta=0.1):
    ce = F.cross_entropy(logits, labels)
    p = F.softmax(logits, -1)
    entropy = -(p * torch.log(p)).sum(-1).mean()
    return ce - beta * entropy


def soft_bootstrap(logits, labels, beta=0.95):
    ce = F.cross_entropy(logits, labels, reduction="none")
    p = F.softmax(logits, 1)
    boot = -(p * F.log_softmax(logits, 1)).sum(1)
    return (beta * ce + (1 - beta) * boot).mean()


def chunked_time(logits, labels, chunks=2):
    total, count = 0.0, 0
    for lg, lb in zip(logits.chunk(chunks, 0), labels.chunk(chunks, 0), strict=True):
        total = total + F.cross_entropy(lg, lb, reduction="sum")
        count = count + (lb != -100).sum()
    return total / count


def chunked_rows(logits, labels, size=2):
    parts = [
        F.cross_entropy(lg.reshape(-1, lg.size(-1)), lb.reshape(-1), reduction="none")
        for lg, lb in zip(logits.split(size, dim=1), labels.split(size, dim=1), strict=True)
    ]
    return torch.cat(parts).sum() / (labels != -100).sum()


def inverse_count(logits, labels):
    scale = torch.tensor(0.1) / (labels != -100).sum()
    return F.cross_entropy(logits, labels, reduction="sum") * scale * 10


def z_over_all(logits, labels, coef=1e-4):
    return F.cross_entropy(logits, labels) + coef * logits.logsumexp(-1).pow(2).mean()


def forward_kl(student_logits, teacher_logits):
    return -(teacher_logits.softmax(-1) * student_logits.log_softmax(-1)).sum(-1).mean()


def policy_gradient(logprobs, advantages, mask):
    return -(logprobs * advantages * mask).sum() / mask.sum()


def k3_clamped(logprob, ref_logprob):
    d = torch.clamp(ref_logprob - logprob, min=-20, max=20)
    return torch.clamp(d.exp() - d - 1, min=-10, max=10).mean()


def multi_label(logits, target):
    return F.binary_cross_entropy_with_logits(logits, target, reduction="none").sum(-1).mean()


def fused_linear_ce(hidden, weight, labels):
    logits = hidden @ weight.t()
    return F.cross_entropy(logits.float(), labels)


def mlm(prediction_scores, labels, config_vocab=None):
    loss_fct = nn.CrossEntropyLoss()
    return loss_fct(prediction_scores.view(-1, prediction_scores.shape[-1]), labels.view(-1))


def class_weighted(logits, labels, weight):
    return F.cross_entropy(logits, labels, weight=weight)


def none_then_mask(logits, labels, attention_mask):
    loss = F.cross_entropy(logits.view(-1, logits.size(-1)), labels.view(-1), reduction="none")
    loss = loss.view(labels.size())
    loss = loss * attention_mask
    return loss.sum() / attention_mask.sum()


def by_eye(logits, labels):
    eye = torch.eye(logits.shape[-1])
    return -(eye[labels] * logits.log_softmax(-1)).sum(-1).mean()


def by_len(logits, labels):
    lp = logits.log_softmax(-1)
    return -lp[torch.arange(len(labels)), labels].sum() / len(labels)


def by_numel(logits, labels):
    return F.cross_entropy(logits, labels, reduction="sum") / labels.numel()


def by_range(logits, labels):
    lp = logits.log_softmax(-1)
    total = 0
    for t in range(len(labels)):
        total = total - lp[t, labels[t]]
    return total / len(labels)


def max_subtract(logits, labels):
    m = logits.max(dim=-1, keepdim=True)[0].detach()
    lse = (logits - m).exp().sum(-1, keepdim=True).log() + m
    return (lse.squeeze(-1) - logits.gather(1, labels.unsqueeze(1)).squeeze(1)).mean()


@torch.compile(backend="eager")
def compiled(logits, labels):
    return F.cross_entropy(logits, labels)


@dataclass
class Out:
    loss: torch.Tensor
    logits: torch.Tensor


class LMHead(nn.Module):
    def __init__(self):
        super().__init__()
        self.register_buffer("scale", torch.tensor(1.0))
        self.drop = nn.Dropout(0.0)

    def forward(self, logits, labels=None):
        logits = self.drop(logits)
        loss = None
        if labels is not None:
            loss = F.cross_entropy(logits.view(-1, logits.size(-1)), labels.view(-1)) * self.scale
        return Out(loss=loss, logits=logits)


class Trainer:
    def __init__(self, smoothing=0.1):
        self.smoothing = smoothing

    def compute_loss(self, batch):
        return F.cross_entropy(batch["logits"], batch["labels"], label_smoothing=self.smoothing)


smoothed_partial = partial(F.cross_entropy, label_smoothing=0.1)


def _fairseq_smooth(lprobs, target, epsilon=0.1, ignore_index=-100):
    target = target.unsqueeze(-1)
    nll_loss = -lprobs.gather(dim=-1, index=target)
    smooth_loss = -lprobs.sum(dim=-1, keepdim=True)
    pad_mask = target.eq(ignore_index)
    nll_loss.masked_fill_(pad_mask, 0.0)
    smooth_loss.masked_fill_(pad_mask, 0.0)
    eps_i = epsilon / (lprobs.size(-1) - 1)
    return ((1.0 - epsilon - eps_i) * nll_loss + eps_i * smooth_loss).sum()


def fairseq(logits, target):
    return _fairseq_smooth(F.log_softmax(logits, -1), target)


def hf_smoother(logits, labels, epsilon=0.1):
    log_probs = -nn.functional.log_softmax(logits, dim=-1)
    if labels.dim() == log_probs.dim() - 1:
        labels = labels.unsqueeze(-1)
    padding_mask = labels.eq(-100)
    labels = torch.clamp(labels, min=0)
    nll_loss = log_probs.gather(dim=-1, index=labels)
    smoothed_loss = log_probs.sum(dim=-1, keepdim=True, dtype=torch.float32)
    nll_loss.masked_fill_(padding_mask, 0.0)
    smoothed_loss.masked_fill_(padding_mask, 0.0)
    num_active_elements = padding_mask.numel() - padding_mask.long().sum()
    nll_loss = nll_loss.sum() / num_active_elements
    smoothed_loss = smoothed_loss.sum() / (num_active_elements * log_probs.shape[-1])
    return (1 - epsilon) * nll_loss + epsilon * smoothed_loss


def annotated_transformer(logits, labels, smoothing=0.1):
    x = F.log_softmax(logits, -1)
    true_dist = x.data.clone()
    true_dist.fill_(smoothing / (x.size(1) - 1))
    true_dist.scatter_(1, labels.data.unsqueeze(1), 1.0 - smoothing)
    return nn.KLDivLoss(reduction="sum")(x, true_dist.clone().detach())


def accumulate(batches):
    n = sum((b["labels"] != -100).sum() for b in batches)
    loss = 0
    for b in batches:
        loss = loss + F.cross_entropy(b["logits"], b["labels"], reduction="sum") / n
    return loss


def bce_sum(logits, target):
    return F.binary_cross_entropy(torch.sigmoid(logits), target)


def bce_hand(logits, target):
    return (F.softplus(logits) - logits * target).mean()


def bce_stable(logits, target):
    return (logits.clamp(min=0) - logits * target + torch.log(1 + torch.exp(-logits.abs()))).mean()


def reward_model(chosen_rewards, rejected_rewards):
    return -F.logsigmoid(chosen_rewards - rejected_rewards).mean()


def hinge(logits, labels):
    return F.multi_margin_loss(logits, labels)


def mask_where(logits, labels):
    mask = labels.ne(-100)
    lp = torch.log_softmax(logits, dim=-1)
    sel = lp.gather(-1, torch.where(mask, labels, torch.zeros_like(labels)).unsqueeze(-1)).squeeze(-1)
    return -(sel.masked_fill(~mask, 0.0)).sum() / mask.float().sum()


def loss_per_row(logits, labels):
    lp = F.cross_entropy(logits.permute(0, 2, 1), labels, reduction="none")
    lengths = (labels != -100).sum(1)
    return (lp.sum(1) / lengths).mean()


def loss_eps_denominator(logits, labels):
    mask = (labels != -100).float()
    lp = F.cross_entropy(logits, labels, reduction="none")
    return (lp * mask).sum() / (mask.sum() + 1e-8)


def boolean_index(logits, labels):
    active = labels.view(-1) != -100
    return F.cross_entropy(logits.view(-1, logits.size(-1))[active], labels.view(-1)[active])


def nonzero_index(logits, labels):
    idx = torch.nonzero(labels != -100, as_tuple=True)[0]
    return F.cross_entropy(logits[idx], labels[idx])


def zipped(logits, labels):
    return torch.stack([F.cross_entropy(row, y) for row, y in zip(logits, labels, strict=True)]).mean()
