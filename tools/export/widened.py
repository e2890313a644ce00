"""A checkpoint's weights in float32, in files: what is loaded from there is mapped, and takes no memory of its own."""
import json
import shutil
from pathlib import Path

import huggingface_hub
import torch
from safetensors import safe_open


def widened(checkpoint, scratch):
    """@param checkpoint: a folder, or a hub's name, whose weights are downloaded as from_pretrained would
    @param scratch: a folder that exists; takes 4 bytes a parameter, and must stay while the model lives
    @returns where to load the weights from: `scratch`, or `checkpoint` as it is where its weights are float32 already, are no safetensors,
    or an adapter of another checkpoint's"""
    folder, scratch = Path(checkpoint), Path(scratch)
    if not folder.is_dir():
        folder = Path(huggingface_hub.snapshot_download(checkpoint, allow_patterns=["*.json", "*.safetensors"], ignore_patterns=["*/*"]))
    files = sorted(folder.glob("*.safetensors"))
    if (folder / "adapter_config.json").exists() or not any(is_narrow(file) for file in files):
        return checkpoint
    for file in folder.glob("*.json"):
        shutil.copy(file, scratch)
    for file in files:
        widen(file, scratch / file.name)
    return scratch


def is_narrow(file):
    with safe_open(file, "pt") as given:
        return any(given.get_slice(name).get_dtype() in ("F16", "BF16") for name in given.keys())


def widen(source, target):
    """One file of safetensors: the length of its header in 8 bytes, the header in JSON, the numbers of each tensor behind the last.
    Tensors are read and written one by one."""
    with safe_open(source, "pt") as given, open(target, "wb") as file:
        header, at = {"__metadata__": {"format": "pt", **(given.metadata() or {})}}, 0
        for name in given.keys():
            part = given.get_slice(name)
            dtype, size = part.get_dtype(), given.get_tensor(name).nbytes
            if dtype in ("F16", "BF16"):
                dtype, size = "F32", 2 * size
            header[name] = {"dtype": dtype, "shape": part.get_shape(), "data_offsets": [at, at + size]}
            at += size
        text = json.dumps(header).encode()
        # Numbers begin at a multiple of 8.
        text += b" " * (-len(text) % 8)
        file.write(len(text).to_bytes(8, "little") + text)
        for name in given.keys():
            numbers = given.get_tensor(name)
            if numbers.dtype in (torch.float16, torch.bfloat16):
                numbers = numbers.float()
            numbers.contiguous().view(-1).view(torch.uint8).numpy().tofile(file)
