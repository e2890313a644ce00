"""Attention as one operator of onnxruntime, `MultiHeadAttention` of com.microsoft, which it has on the CPU, CUDA and WebGPU.

    torch.onnx.export(…, custom_translation_table=FUSED)

Without a mask the CPU computes it block by block (FlashAttention, Dao et al. 2022) and never has the matrix of queries x keys, which for
the image towers is hundreds of megabytes a layer; with a mask it has one, not one for each step of the written-out form.
"""
import onnx
import onnx_ir as ir
import torch
from onnx.defs import OpSchema
from onnxscript import opset18 as op
from onnxscript.values import Op, Opset

# Added to what is masked: weights of e^-1e9 are 0 in float32, and a row that is masked whole stays a number.
MASKED = -1e9

# onnxruntime's schema is not in onnx: the inputs and attributes that are given here.
_inputs = [OpSchema.FormalParameter(name, "T", param_option=OpSchema.FormalParameterOption.Optional)
           for name in ("query", "key", "value", "bias", "key_padding_mask", "attention_bias")]
_attributes = [OpSchema.Attribute("num_heads", OpSchema.AttrType.INT), OpSchema.Attribute("scale", OpSchema.AttrType.FLOAT),
               OpSchema.Attribute("unidirectional", OpSchema.AttrType.INT)]
onnx.defs.register_schema(OpSchema("MultiHeadAttention", "com.microsoft", 1, inputs=_inputs, attributes=_attributes,
                                   outputs=[OpSchema.FormalParameter("output", "T")],
                                   type_constraints=[("T", ["tensor(float)", "tensor(float16)", "tensor(bfloat16)"], "")]))
MULTI_HEAD_ATTENTION = Op(Opset("com.microsoft", 1), "MultiHeadAttention", onnx.defs.get_schema("MultiHeadAttention", 1, "com.microsoft"))


def scaled_dot_product_attention(query, key, value, attn_mask=None, dropout_p=0.0, is_causal=False, scale=None, enable_gqa=False):
    """torch.nn.functional's: query `[B,H,S,D]`; key and value `[B,H,K,D]`, or fewer heads with enable_gqa; mask bool, or to be added."""
    heads, size = query.shape[1], query.shape[3]
    if enable_gqa:
        key, value = shared(key, heads), shared(value, heads)
    bias = attn_mask
    if attn_mask is not None and attn_mask.dtype == ir.DataType.BOOL:
        bias = op.Where(attn_mask, number(0.0), number(MASKED))
    mixed = MULTI_HEAD_ATTENTION(
        joined(query), joined(key), joined(value), None, None, bias, num_heads=heads,
        scale=float(size**-0.5 if scale is None else scale), unidirectional=int(is_causal))
    return op.Transpose(op.Reshape(mixed, op.Constant(value_ints=[0, 0, heads, -1])), perm=[0, 2, 1, 3])


def number(value):
    return op.Constant(value=ir.tensor(value, dtype=ir.DataType.FLOAT))


def joined(t):
    """`[B,H,S,D]` -> `[B,S,H*D]`"""
    return op.Reshape(op.Transpose(t, perm=[0, 2, 1, 3]), op.Constant(value_ints=[0, 0, -1]))


def shared(t, heads):
    """Each head of keys or values as often as heads of queries share it."""
    if t.shape[1] == heads:
        return t
    many = op.Expand(op.Unsqueeze(t, op.Constant(value_ints=[2])), op.Constant(value_ints=[1, 1, heads // t.shape[1], 1, 1]))
    return op.Reshape(many, op.Constant(value_ints=[0, heads, -1, t.shape[3]]))


FUSED = {torch.ops.aten.scaled_dot_product_attention.default: scaled_dot_product_attention}
