"""Trains the context block for as long as it is given; the same command resumes. The learning rate is held; `--finish` branches
off with a rate that falls to zero, as in `mini.train`.

    python -m mini.context.train --minutes 150              resume runs/context, or start it from begun.npz
    python -m mini.context.train --run new --scratch        a run from noise
    python -m mini.context.train --finish 600               runs/context/final.pt
"""

import argparse
import json
import random
import signal
import time

import numpy as np
import torch

from ..paths import RUNS
from ..train import Log, average, save
from .begun import BEGUN, read
from .block import Context
from .features import PAGES, Trunk, shard
from .losses import objective
from .measures import summary
from .targets import Targets

RATE, WARM, PLACES = 1.0e-3, 60, 10.0  # PLACES: how much faster the biases by distance learn
LOOK, SAVE = 600, 300  # seconds of work between looks at the pages of `dev`, and seconds between checkpoints


class Pages:
    """The shards drawn so far; those that come while the run goes on are taken in, too."""

    def __init__(self, trunk: Trunk):
        self.trunk, self.names, self.features, self.targets = trunk, [], [], []

    def refresh(self) -> None:
        for path in sorted(PAGES.glob("train-*.pickle")):
            if path.stem in self.names: continue
            features, pages = shard(path.stem)
            self.names.append(path.stem)
            for n, page in enumerate(pages):
                targets = Targets(page, self.trunk)
                if targets.asked:
                    self.features.append(features[n])
                    self.targets.append(targets)

    def batch(self, rng: random.Random, size: int) -> tuple[torch.Tensor, list[Targets]]:
        chosen = rng.sample(range(len(self.targets)), size)
        return torch.from_numpy(np.stack([self.features[n] for n in chosen])).float(), [self.targets[n] for n in chosen]


def main() -> None:
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--run", default="context")
    p.add_argument("--minutes", type=float, default=150, help="wall-clock limit of this sitting")
    p.add_argument("--until", type=int, help="step to stop at, whatever the clock says")
    p.add_argument("--finish", type=int, default=0, help="steps over which the rate falls to zero, written to runs/NAME/final.pt")
    p.add_argument("--threads", type=int, default=1)
    p.add_argument("--batch", type=int, default=4)
    p.add_argument("--scratch", action="store_true", help="a new run starts from noise")
    p.add_argument("--resume", action="store_true", help="refuse to start a run that is not there")
    args = p.parse_args()
    run = RUNS / args.run
    if args.resume and not (run / "latest.pt").exists():
        raise SystemExit(f"invalid run {args.run}: no {run / 'latest.pt'} to resume; leave out --resume to start one")
    run.mkdir(parents=True, exist_ok=True)
    torch.set_num_threads(args.threads)
    trunk = Trunk()
    torch.manual_seed(0)
    model = Context(trunk.weight, trunk.bias)
    optimizer = optimizer_of(model)
    state = start(run, model, optimizer, bool(args.finish), args.scratch)
    first, kept = state["step"], run / ("final.pt" if args.finish else "latest.pt")
    if args.finish: first = state.setdefault("finish_from", first)
    pages, log, stopped = Pages(trunk), Log(run, 0), []
    signal.signal(signal.SIGTERM, lambda *_: stopped.append(1))
    began = saved = time.time()
    worked = lambda: time.process_time() / args.threads  # a run that hardly gets a core does not spend it on looks
    looked = worked()
    end = first + args.finish if args.finish else args.until
    while not (stopped or time.time() - began > args.minutes * 60 or (end is not None and state["step"] >= end)):
        step = state["step"]
        if len(pages.targets) < args.batch or step % 100 == 0: pages.refresh()
        rng = random.Random(f"context {step}")  # what a step sees hangs on its number and the pages there are
        rate = RATE * min(1, (step - state["began"] + 1) / WARM) * (1 - (step - first) / args.finish if args.finish else 1)
        for group in optimizer.param_groups: group["lr"] = rate * group["factor"]
        loss, parts = objective(model, *pages.batch(rng, args.batch), rng)
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        norm = torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        if torch.isfinite(norm): optimizer.step()
        average(state["average"], model, step)
        state["step"] = step + 1
        log.add(state["step"], rate, {"loss": float(loss.detach())} | parts | {"pages": len(pages.targets)})
        if time.time() - saved > SAVE:
            save(kept, model, optimizer, state)
            saved = time.time()
        if worked() - looked > LOOK:
            look(run, trunk, state, len(pages.targets))
            looked = worked()
    save(kept, model, optimizer, state)
    if not stopped: look(run, trunk, state, len(pages.targets))
    print("saved", kept, "at step", state["step"], flush=True)


def optimizer_of(model: Context) -> torch.optim.Optimizer:
    places = [model.by, model.bx]
    rest = [p for p in model.parameters() if not any(p is q for q in places)]
    return torch.optim.AdamW([dict(params=rest, weight_decay=0.01, factor=1.0), dict(params=places, weight_decay=0.0, factor=PLACES)], lr=RATE, betas=(0.9, 0.98))


def start(run, model: Context, optimizer, finish: bool, scratch: bool) -> dict:
    if not (run / "latest.pt").exists():
        step = read(model, BEGUN) if BEGUN.exists() and not scratch else 0
        return dict(step=step, began=step, average={k: v.clone() for k, v in model.state_dict().items()})
    state = torch.load(run / "latest.pt", weights_only=True)
    if finish and (run / "final.pt").exists():  # a finish that was cut off goes on, unless the run has moved on since
        begun = torch.load(run / "final.pt", weights_only=True)
        state = begun if begun["finish_from"] == state["step"] else state
    model.load_state_dict(state.pop("model"))
    optimizer.load_state_dict(state.pop("optimizer"))
    return state


@torch.no_grad()
def look(run, trunk: Trunk, state: dict, pages: int) -> None:
    """The averaged weights on the held-out pages of `dev`: one line of runs/NAME/look.jsonl."""
    model = Context(trunk.weight, trunk.bias).eval()
    model.load_state_dict(state["average"])
    features, labelled = shard("dev")
    found = summary(labelled, (in_full(model, f) for f in features), trunk.words)
    line = json.dumps(dict(step=state["step"], time=time.strftime("%H:%M:%S"), pages=pages, **{k: round(v["value"], 3) for k, v in found.items()}))
    with open(run / "look.jsonl", "a") as file: file.write(line + "\n")
    print(line, flush=True)


def in_full(model: Context, features: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """v, v' [4096,128] and attention [heads,4096,keys] of one page."""
    h = torch.from_numpy(np.array(features)[None]).float().flatten(2).transpose(1, 2).contiguous()
    v, _, after, attention, _ = model(h)
    return v[0].numpy(), after[0].numpy(), attention[0].numpy()


if __name__ == "__main__":
    main()
