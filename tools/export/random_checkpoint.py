"""A checkpoint of real size with random weights: to measure what such a model takes, where its own weights cannot be had.

    python random_checkpoint.py SIZE OUT [--layers N]

SIZE is colsmol-256m, colmodernvbert, colqwen2-2b or colpali; OUT is a folder that export.py takes. Shapes are those of the published
models, weights N(0, 1 / sqrt(inputs)) in float16 out of 16 million numbers, the tokenizer the tests' small one in a table of the real length: what comes out means
nothing. --layers cuts image tower and language model to N layers each. Takes two bytes a parameter of disk and of memory (ColPali: 5.9 GB).
"""
import argparse
import math
import sys
from pathlib import Path

import torch

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "test" / "fixtures" / "generators"))
import tiny_checkpoints as tiny  # noqa: E402

SIGLIP_BASE = dict(hidden_size=768, intermediate_size=3072, num_hidden_layers=12, num_attention_heads=12)

# name -> family of the tests' builders; what is large in its configuration
SIZES = {
    "colsmol-256m": ("colidefics3", {
        "text_config": dict(vocab_size=49280, hidden_size=576, intermediate_size=1536, num_hidden_layers=30, num_attention_heads=9,
                            num_key_value_heads=3, head_dim=64, max_position_embeddings=8192),
        "vision_config": SIGLIP_BASE}),
    "colmodernvbert": ("colmodernvbert", {
        "text_config": dict(vocab_size=50408, hidden_size=768, intermediate_size=1152, num_hidden_layers=22, num_attention_heads=12,
                            max_position_embeddings=7999),
        "vision_config": SIGLIP_BASE}),
    "colqwen2-2b": ("colqwen2", {
        "text_config": dict(vocab_size=151936, hidden_size=1536, intermediate_size=8960, num_hidden_layers=28, num_attention_heads=12,
                            num_key_value_heads=2, max_position_embeddings=32768,
                            rope_parameters={"rope_type": "default", "mrope_section": [16, 24, 24], "rope_theta": 1e6}),
        "vision_config": dict(depth=32, embed_dim=1280, hidden_size=1536, num_heads=16, mlp_ratio=4)}),
    "colpali": ("colpali", {
        "text_config": dict(vocab_size=257216, hidden_size=2048, intermediate_size=16384, num_hidden_layers=18, num_attention_heads=8,
                            num_key_value_heads=1, head_dim=256),
        "vision_config": dict(hidden_size=1152, intermediate_size=4304, num_hidden_layers=27, num_attention_heads=16, projection_dim=2048),
        "projection_dim": 2048, "hidden_size": 2048}),
}


def build(size, layers=None):
    """-> (model in float16, processor)"""
    family, large = SIZES[size]
    small, processor = getattr(tiny, f"build_{family}")()
    config = small.config.to_dict()
    for key, value in large.items():
        if isinstance(value, dict):
            # The lists of layers are the small model's.
            config[key] = {k: v for k, v in {**config[key], **value}.items() if k != "layer_types"}
            for name in ("num_hidden_layers", "depth"):
                if layers and name in value:
                    config[key][name] = layers
        else:
            config[key] = value
    torch.set_default_dtype(torch.float16)
    try:
        with torch.device("meta"):
            model = type(small)(type(small.config)(**config))
    finally:
        torch.set_default_dtype(torch.float32)
    # Buffers that are not stored stay empty: whoever loads the checkpoint makes them.
    return filled(model.to_empty(device="cpu")), processor


@torch.no_grad()
def filled(model):
    pool = torch.randn(2**24 + 1, generator=torch.Generator().manual_seed(1))
    at = 0
    for name, p in model.named_parameters():
        if p.ndim < 2:
            p.fill_(1 if "norm" in name and name.endswith("weight") else 0)
            continue
        width = 1 if "embed_tokens" in name or "tok_embeddings" in name else p[0].numel()
        for part in p.view(-1).split(2**22):
            # An odd length: no two rows begin at the same place.
            at = (at + 4194301) % (len(pool) - len(part))
            part.copy_(pool[at:at + len(part)] / math.sqrt(width))
    return model.eval()


def main():
    args = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    args.add_argument("size", choices=SIZES)
    args.add_argument("out", type=Path)
    args.add_argument("--layers", type=int)
    a = args.parse_args()
    model, processor = build(a.size, a.layers)
    model.save_pretrained(a.out, max_shard_size="2GB")
    processor.save_pretrained(a.out)
    print(f"{a.size}: {sum(p.numel() for p in model.parameters()) / 1e6:.0f} million parameters in {a.out}")


if __name__ == "__main__":
    main()
