"""Trains for as long as it is given; the same command resumes. The learning rate is held (`train`) until `finish` lets it
fall to zero on a branch of its own, so that sittings add up and each can end in a usable model.

    python -m mini.train --minutes 120            resume runs/main, or start it from models/mini
    python -m mini.train --until 2000             the same, to a step
    python -m mini.train --minutes 120 --scratch  the same from noise (after mini.pretext)
    python -m mini.train --finish 400             branch off: 400 more steps with the rate falling to zero
"""

import argparse
import json
import os
import signal
import time

import torch
import torch.distributed as dist
import torch.multiprocessing as mp

from .batches import Batches
from .loss import objective
from .model import Mini
from .paths import MODEL, RUNS

RATE, WARM = 1e-3, 40
LETTERS_FIRST, TEXT_FROZEN = 400, 2000  # steps, of a run from scratch


def main() -> None:
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--run", default="main", help="name of the run; its files lie in runs/NAME")
    p.add_argument("--minutes", type=float, default=120, help="wall-clock limit of this sitting")
    p.add_argument("--until", type=int, help="step to stop at, whatever the clock says")
    p.add_argument("--finish", type=int, default=0, help="steps over which the rate falls to zero, written to runs/NAME/final.pt")
    p.add_argument("--scratch", action="store_true", help="start from noise and runs/text.pt instead of from models/mini")
    p.add_argument("--workers", type=int, default=2, help="processes of one thread each")
    p.add_argument("--crops", type=int, default=4, help="crops per worker and step")
    p.add_argument("--seed", type=int, default=0)
    p.add_argument("--port", type=int, default=29517)
    args = p.parse_args()
    (RUNS / args.run).mkdir(parents=True, exist_ok=True)
    mp.spawn(work, (args,), args.workers)


def work(rank: int, args) -> None:
    os.environ.update(MASTER_ADDR="127.0.0.1", MASTER_PORT=str(args.port), GLOO_SOCKET_IFNAME="lo")
    dist.init_process_group("gloo", rank=rank, world_size=args.workers)
    torch.set_num_threads(1)
    run = RUNS / args.run
    vocabulary = json.loads((MODEL / "tokenizer.json").read_text())["model"]["vocab"]
    model = Mini(vocabulary)
    model.vision = model.vision.to(memory_format=torch.channels_last)
    optimizer = optimizer_of(model)
    state = start(run, model, optimizer, vocabulary, args)
    first, kept = state["step"], "final.pt" if args.finish else "latest.pt"
    if args.finish:  # a finish that was cut off goes on; its end was fixed when it began
        first = state.setdefault("finish_from", first)
    stop = torch.zeros(1)
    signal.signal(signal.SIGTERM, lambda *_: stop.fill_(1))
    batches, began, saved, log = Batches(vocabulary, 17 + args.seed), time.time(), time.time(), Log(run, rank)
    model.train()
    while True:
        step = state["step"]
        end = first + args.finish if args.finish else args.until
        over = torch.tensor([float(stop) or float(time.time() - began > args.minutes * 60) or float(end is not None and step >= end)])
        dist.all_reduce(over)
        if over > 0:
            break
        rate = RATE * min(1, (step + 1) / WARM) * (1 - (step - first) / args.finish if args.finish else 1)
        for group in optimizer.param_groups:
            group["lr"] = rate * group["factor"]
        scratch = state.get("scratch", False)
        torch.manual_seed(step * args.workers + rank)  # which rows the loss samples: the same after a resumption
        model.text.requires_grad_(not scratch or step >= TEXT_FROZEN)
        parts = learn(model, optimizer, batches(step * args.workers + rank, 0.12), args.workers, scratch and step < LETTERS_FIRST)
        state["step"] = step + 1
        if rank == 0:
            average(state["average"], model, step)
            log.add(state["step"], rate, parts)
            if time.time() - saved > 300:
                save(run / kept, model, optimizer, state)
                saved = time.time()
    if rank == 0:
        save(run / kept, model, optimizer, state)
        print("saved", run / kept, "at step", state["step"], flush=True)
    dist.barrier()


def optimizer_of(model: Mini) -> torch.optim.Optimizer:
    """AdamW (not fused: on CPU it does not learn with channels_last weights). The text tower learns at a third of the rate."""
    groups = []
    for tower, factor in ((model.vision, 1.0), (model.text, 0.3)):
        for decays in (True, False):
            chosen = [p for n, p in tower.named_parameters() if (p.ndim > 1 and "table" not in n) == decays]
            groups.append(dict(params=chosen, weight_decay=0.02 if decays else 0.0, factor=factor))
    return torch.optim.AdamW(groups, lr=RATE, betas=(0.9, 0.98))


def start(run, model, optimizer, vocabulary, args) -> dict:
    if (run / "latest.pt").exists():
        state = torch.load(run / "latest.pt", weights_only=True)
        if args.finish and (run / "final.pt").exists():  # go on with a finish that was cut off, unless the run has moved on since
            begun = torch.load(run / "final.pt", weights_only=True)
            state = begun if begun["finish_from"] == state["step"] else state
        model.load_state_dict(state.pop("model"))
        optimizer.load_state_dict(state.pop("optimizer"))
        return state
    torch.manual_seed(args.seed)
    if args.scratch:
        model.text.load_state_dict(torch.load(RUNS / "text.pt", weights_only=True))
    else:
        from .warm_start import warm_start

        warm_start(MODEL, model, vocabulary)
    return dict(step=0, scratch=args.scratch, average={k: v.clone() for k, v in model.state_dict().items()})


def learn(model: Mini, optimizer, batch, workers: int, letters_only: bool = False) -> dict[str, float]:
    """One step. Reading letters comes first in a run from scratch: without it words are learned far more slowly. The gradients are averaged over the workers by hand: DDP's buckets do not keep channels_last."""
    vectors, letters = model.vision.both(batch.pixels)
    queries = model.text(batch.ids, (batch.ids > 0).long())
    loss, parts = objective(vectors, queries, letters, batch, letters_only)
    optimizer.zero_grad(set_to_none=True)
    loss.backward()
    used = [p for p in model.parameters() if p.grad is not None]
    flat = torch.cat([p.grad.reshape(-1) for p in used])
    dist.all_reduce(flat)
    flat /= workers
    at = 0
    for p in used:
        p.grad.copy_(flat[at : at + p.numel()].view(p.shape))
        at += p.numel()
    norm = torch.nn.utils.clip_grad_norm_(used, 3.0)
    if torch.isfinite(norm):
        optimizer.step()
    return parts | {"norm": float(norm)}


@torch.no_grad()
def average(kept: dict[str, torch.Tensor], model: Mini, step: int) -> None:
    """Exponential average over about 300 steps, for looking at a run before its rate falls."""
    keep = min(0.997, (step + 1) / (step + 10))
    for name, value in model.state_dict().items():
        if value.dtype.is_floating_point: kept[name].lerp_(value, 1 - keep)
        else: kept[name].copy_(value)


def save(path, model, optimizer, state) -> None:
    part = path.with_suffix(".part")
    torch.save(state | dict(model=model.state_dict(), optimizer=optimizer.state_dict()), part)
    os.replace(part, path)


class Log:
    """One line per 25 steps on the screen and in runs/NAME/log.txt: means of the parts of the loss."""

    def __init__(self, run, rank: int):
        self.file = open(run / "log.txt", "a") if rank == 0 else None
        self.sums: dict[str, float] = {}
        self.n, self.began = 0, time.time()

    def add(self, step: int, rate: float, parts: dict[str, float]) -> None:
        for name, value in parts.items():
            self.sums[name] = self.sums.get(name, 0) + value
        self.n += 1
        if self.n == 25:
            line = f"{step} {time.strftime('%H:%M:%S')} {(time.time() - self.began) / self.n:.2f} s/step rate {rate:.1e} "
            line += " ".join(f"{name} {value / self.n:.3f}" for name, value in self.sums.items())
            print(line, flush=True)
            self.file.write(line + "\n")
            self.file.flush()
            self.sums, self.n, self.began = {}, 0, time.time()


if __name__ == "__main__":
    main()
