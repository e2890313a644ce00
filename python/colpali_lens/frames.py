"""Messages with binary leaves on a pipe; `kernel/python/frames.ts` is the other end and says what they look like."""

from __future__ import annotations

import json
import struct
from typing import IO, Any

import numpy as np

_HEAD = struct.Struct("<II")
_ALIGN = 8
_TYPES = {"uint8": np.uint8, "int32": np.int32, "float32": np.float32, "float64": np.float64}


def write(stream: IO[bytes], message: dict[str, Any]) -> None:
    """Writes one message; leaves may be numpy arrays of uint8, int32, float32 and float64, or bytes."""
    parts: list[bytes | memoryview] = []
    length = 0

    def leaf(value: Any) -> Any:
        nonlocal length
        if isinstance(value, np.generic):
            return value.item()
        if isinstance(value, (bytes, bytearray, memoryview)):
            value = np.frombuffer(value, np.uint8)
        if not isinstance(value, np.ndarray):
            raise TypeError(f"invalid value: {value!r}, expected what JSON or an array can hold")
        name = value.dtype.name
        if name not in _TYPES:
            raise TypeError(f"invalid array: {name}, expected one of {', '.join(_TYPES)}")
        at, size = length, value.nbytes
        parts.append(np.ascontiguousarray(value).reshape(-1).data.cast("B") if size else b"")
        rest = -size % _ALIGN
        parts.append(bytes(rest))
        length += size + rest
        return {"$bytes": [at, size], "type": name}

    text = json.dumps(message, default=leaf).encode()
    stream.write(_HEAD.pack(len(text), length) + text)
    for part in parts:
        stream.write(part)
    stream.flush()


def read(stream: IO[bytes]) -> dict[str, Any] | None:
    """The next message, with numpy arrays for its binary leaves; None at the stream's end."""
    head = stream.read(_HEAD.size)
    if len(head) < _HEAD.size:
        return None
    text, binary = _HEAD.unpack(head)
    json_text, data = stream.read(text), stream.read(binary)
    if len(json_text) < text or len(data) < binary:
        return None

    def leaf(value: dict[str, Any]) -> Any:
        place = value.get("$bytes")
        if place is None:
            return value
        dtype = np.dtype(_TYPES[value["type"]])
        return np.frombuffer(data, dtype, place[1] // dtype.itemsize, place[0])

    message: dict[str, Any] = json.loads(json_text, object_hook=leaf)
    return message
