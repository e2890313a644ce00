"""Graphs of the ColPali families as torch modules that torch.onnx exports: image and text through one graph.

    export(wrap("colqwen2_5", model), example_inputs, "model.onnx")

Graph contracts (B = batch, S = sequence, N = tiles or patches, all dynamic unless a number is given):
  colpali, colpali-hf          input_ids, attention_mask int64 [B,S]; pixel_values f32 [B,3,448,448]
  colgemma3                    the same with [B,3,896,896]
  colidefics3                  input_ids, attention_mask; pixel_values f32 [B,N,3,512,512]; pixel_attention_mask int64 [B,N,512,512]
  colmodernvbert, -hf          input_ids, attention_mask; pixel_values f32 [B,N,3,512,512]
  colqwen2, colqwen2_5, colqwen3, colqwen2-hf
                               input_ids, attention_mask; pixel_values f32 [B,N,C*T*P*P] (padded rows); image_grid_thw int64 [B,3]
                               (M-RoPE positions and, for 2.5, the window mask are computed in the graph)
  output of all:               embeddings f32 [B,S,dim], unit length, zero where attention_mask is 0
For text give the smallest legal zero image: [B,3,448,448], [B,1,3,512,512] (+ ones mask), or [B,4,C*T*P*P] with image_grid_thw [1,2,2].
With fused attention image towers have no mask, without which the CPU keeps no matrix of patches x patches: tiles are filled, as the
processors fill them, and images of one batch have as many patches as each other (no padded rows).
Differences from the eager models, on purpose: image features are put at the image tokens row by row (so a batch may
mix tile counts), and PaliGemma's attention is bidirectional also for a padded text batch.
"""
import torch
import torch.nn.functional as F
from torch import nn

from attention import FUSED
from weights import tidy

OPSET = 18


def put_image_features(embeds, is_image, features):
    """Row b: the i-th image token gets features[b, i]."""
    index = (is_image.long().cumsum(1) - 1).clamp(min=0).clamp(max=features.shape[1] - 1)
    picked = torch.gather(features, 1, index.unsqueeze(-1).expand(-1, -1, features.shape[-1]))
    return torch.where(is_image.unsqueeze(-1), picked.to(embeds.dtype), embeds)


def project(linear, hidden, attention_mask):
    x = linear(hidden)
    x = x / x.norm(dim=-1, keepdim=True)
    return x * attention_mask.unsqueeze(-1).to(x.dtype)


class PaliGemma(nn.Module):
    """ColPali (colpali-engine), ColPaliForRetrieval (transformers)."""
    inputs = ("input_ids", "attention_mask", "pixel_values")

    def __init__(self, model):
        super().__init__()
        self.core = model.vlm if hasattr(model, "vlm") else model.model.model  # PaliGemmaModel
        self.linear = getattr(model, "embedding_proj_layer", None) or model.custom_text_proj
        self.image_token = self.core.config.image_token_id

    def forward(self, input_ids, attention_mask, pixel_values):
        features = self.core.get_image_features(pixel_values).pooler_output
        embeds = put_image_features(self.core.get_input_embeddings()(input_ids), input_ids == self.image_token, features)
        # token_type_ids = 0: the whole sequence is prefix, i.e. attention is bidirectional, also with padding
        out = self.core(inputs_embeds=embeds, attention_mask=attention_mask, token_type_ids=torch.zeros_like(input_ids), use_cache=False)
        return project(self.linear, out.last_hidden_state, attention_mask)


class Gemma3(nn.Module):
    inputs = ("input_ids", "attention_mask", "pixel_values")

    def __init__(self, model):
        super().__init__()
        object.__setattr__(self, "_m", model)
        self.vision_tower, self.projector, self.language_model = model.vision_tower, model.multi_modal_projector, model.language_model
        self.linear, self.image_token = model.custom_text_proj, model.config.image_token_id

    def forward(self, input_ids, attention_mask, pixel_values):
        from transformers.models.gemma3.modeling_gemma3 import Gemma3Model
        is_image = input_ids == self.image_token
        features = self.projector(self.vision_tower(pixel_values).last_hidden_state)
        embeds = put_image_features(self.language_model.get_input_embeddings()(input_ids), is_image, features)
        out = Gemma3Model.forward(self._m, inputs_embeds=embeds, attention_mask=attention_mask, token_type_ids=is_image.long(), use_cache=False)
        return project(self.linear, out.last_hidden_state, attention_mask)


class Idefics3(nn.Module):
    inputs = ("input_ids", "attention_mask", "pixel_values", "pixel_attention_mask")

    def __init__(self, model):
        super().__init__()
        self.core, self.linear = model.model, model.linear
        self.image_token, self.patch = model.config.image_token_id, model.config.vision_config.patch_size

    def forward(self, input_ids, attention_mask, pixel_values, pixel_attention_mask):
        b, n, c, h, w = pixel_values.shape
        p = self.patch
        mask = pixel_attention_mask.reshape(b * n, h // p, p, w // p, p).amax((2, 4)) > 0
        mask = mask | ~mask.flatten(1).any(1)[:, None, None]  # padding tiles: any values, never used
        v = self.core.vision_model
        if self.fused:
            x = v.embeddings(pixel_values=pixel_values.reshape(b * n, c, h, w), patch_attention_mask=mask)
            x = v.post_layernorm(v.encoder(inputs_embeds=x, attention_mask=None).last_hidden_state)
        else:
            x = v(pixel_values=pixel_values.reshape(b * n, c, h, w), patch_attention_mask=mask).last_hidden_state
        x = self.core.connector(x)
        features = x.reshape(b, n * x.shape[1], x.shape[2])
        embeds = put_image_features(self.core.get_input_embeddings()(input_ids), input_ids == self.image_token, features)
        out = self.core.text_model(inputs_embeds=embeds, attention_mask=attention_mask, use_cache=False)
        return project(self.linear, out.last_hidden_state, attention_mask)


class ModernVBert(nn.Module):
    inputs = ("input_ids", "attention_mask", "pixel_values")

    def __init__(self, model):
        super().__init__()
        self.core = model.vlm if hasattr(model, "vlm") else model.model
        self.linear = getattr(model, "embedding_proj_layer", None) or model.custom_text_proj
        self.image_token = self.core.config.image_token_id

    def forward(self, input_ids, attention_mask, pixel_values):
        b, n, c, h, w = pixel_values.shape
        x = self.core.connector(self.core.vision_model(pixel_values=pixel_values.reshape(b * n, c, h, w)).last_hidden_state)
        features = x.reshape(b, n * x.shape[1], x.shape[2])
        embeds = put_image_features(self.core.get_input_embeddings()(input_ids), input_ids == self.image_token, features)
        out = self.core.text_model(inputs_embeds=embeds, attention_mask=attention_mask)
        return project(self.linear, out.last_hidden_state, attention_mask)


class QwenVL(nn.Module):
    """ColQwen2, ColQwen2.5, ColQwen3 (colpali-engine), ColQwen2ForRetrieval (transformers); one image per row."""
    inputs = ("input_ids", "attention_mask", "pixel_values", "image_grid_thw")

    def __init__(self, model):
        super().__init__()
        core = model.vlm if hasattr(model, "vlm") else model
        self.visual, self.language_model = core.visual, core.language_model
        self.linear = getattr(model, "embedding_proj_layer", None) or model.custom_text_proj
        self.image_token, self.merge = core.config.image_token_id, core.visual.spatial_merge_size
        v = core.config.vision_config
        self.window = v.window_size // v.patch_size // self.merge if getattr(v, "fullatt_block_indexes", None) else 0
        self.full_blocks = set(getattr(v, "fullatt_block_indexes", None) or [])
        self.deepstack = list(getattr(v, "deepstack_visual_indexes", None) or [])
        self.pos_side = int(v.num_position_embeddings**0.5) if hasattr(self.visual, "pos_embed") else 0
        if self.deepstack:  # where() instead of boolean indexing, for features already laid out as [B,S,H]
            eager = self.language_model._deepstack_process
            self.language_model._deepstack_process = lambda hid, mask, feats: (
                torch.where(mask.unsqueeze(-1), hid + feats, hid) if feats.ndim == 3 else eager(hid, mask, feats))

    def forward(self, input_ids, attention_mask, pixel_values, image_grid_thw):
        m, v = self.merge, self.visual
        b, n, _ = pixel_values.shape
        gh, gw = image_grid_thw[:, 1:2], image_grid_thw[:, 2:3]  # [B,1]
        # --- where each patch of the sequence lies (patches come in m x m blocks)
        k = torch.arange(n, device=pixel_values.device).unsqueeze(0)
        block, inner = k // (m * m), k % (m * m)
        bh, bw = block // (gw // m), block % (gw // m)
        ph, pw = bh * m + inner // m, bw * m + inner % m
        valid = k < gh * gw
        # --- vision tower
        x = v.patch_embed(pixel_values.reshape(b * n, -1)).reshape(b, n, -1)
        if self.pos_side:
            x = x + self._interpolated_pos_embed(ph, pw, gh, gw)
        cos, sin = self._rotary(ph, pw, x)
        full = valid[:, None, None, :] | ~valid[:, None, :, None]
        local = full
        if self.window:
            wid = (bh // self.window) * (1 + gw // m) + bw // self.window
            local = full & ((wid[:, None, :, None] == wid[:, None, None, :]) | ~valid[:, None, :, None])
        deep = []
        for i, blk in enumerate(v.blocks):
            mask = local if self.window and i not in self.full_blocks else None if self.fused else full
            x = x + self._attention(blk.attn, blk.norm1(x), cos, sin, mask)
            x = x + blk.mlp(blk.norm2(x))
            if i in self.deepstack:
                deep.append(v.deepstack_merger_list[self.deepstack.index(i)](x.reshape(b * n, -1)).reshape(b, n // (m * m), -1))
        features = v.merger(x.reshape(b * n, -1)).reshape(b, n // (m * m), -1)
        # --- language model
        is_image = input_ids == self.image_token
        embeds = put_image_features(self.language_model.get_input_embeddings()(input_ids), is_image, features)
        kw = {}
        if deep:
            zero = torch.zeros_like(embeds)
            kw = dict(visual_pos_masks=is_image, deepstack_visual_embeds=[put_image_features(zero, is_image, d) for d in deep])
        out = self.language_model(inputs_embeds=embeds, attention_mask=attention_mask, use_cache=False,
                                  position_ids=self._mrope_positions(attention_mask, is_image, gh // m, gw // m), **kw)
        return project(self.linear, out.last_hidden_state, attention_mask)

    def _rotary(self, ph, pw, x):
        inv = self.visual.rotary_pos_emb.inv_freq
        freqs = torch.cat([ph.unsqueeze(-1).float() * inv, pw.unsqueeze(-1).float() * inv], -1)
        freqs = torch.cat([freqs, freqs], -1)
        return freqs.cos().unsqueeze(2).to(x.dtype), freqs.sin().unsqueeze(2).to(x.dtype)  # [B,N,1,head_dim]

    @staticmethod
    def _attention(attn, x, cos, sin, mask):
        b, n, d = x.shape
        q, k, val = attn.qkv(x).reshape(b, n, 3, attn.num_heads, -1).unbind(2)

        def rot(t):
            a, c = t.chunk(2, -1)
            return t * cos + torch.cat([-c, a], -1) * sin

        o = F.scaled_dot_product_attention(rot(q).transpose(1, 2), rot(k).transpose(1, 2), val.transpose(1, 2), attn_mask=mask)
        return attn.proj(o.transpose(1, 2).reshape(b, n, d))

    def _interpolated_pos_embed(self, ph, pw, gh, gw):
        side, table = self.pos_side, self.visual.pos_embed.weight

        def axis(p, g):
            t = p.float() * (side - 1) / (g - 1).clamp(min=1)
            lo = t.floor().clamp(max=side - 1)
            return lo.long(), (lo.long() + 1).clamp(max=side - 1), (t - lo).unsqueeze(-1)

        y0, y1, fy = axis(ph, gh)
        x0, x1, fx = axis(pw, gw)
        e = lambda y, x: table[y * side + x]  # noqa: E731
        # in the order of transformers' interpolation, so that float32 rounds alike
        return e(y0, x0) * ((1 - fy) * (1 - fx)) + e(y0, x1) * ((1 - fy) * fx) + e(y1, x0) * (fy * (1 - fx)) + e(y1, x1) * (fy * fx)

    @staticmethod
    def _mrope_positions(attention_mask, is_image, h, w):
        """[3,B,S]: text counts on by one; the image takes (t0, t0+row, t0+col) and advances by max(h, w)."""
        text_before = (attention_mask.bool() & ~is_image).long().cumsum(1)
        img = is_image.long().cumsum(1)
        k = (img - 1).clamp(min=0)
        after = (img > 0) & ~is_image
        text = text_before - 1 + torch.where(after, torch.maximum(h, w), torch.zeros_like(img))
        pos = torch.stack([torch.where(is_image, text_before + d, text) for d in (torch.zeros_like(k), k // w, k % w)])
        return torch.where(attention_mask.bool().unsqueeze(0), pos, torch.ones_like(pos))


WRAPPERS = {"colpali": PaliGemma, "colpali-hf": PaliGemma, "colgemma3": Gemma3, "colidefics3": Idefics3, "colmodernvbert": ModernVBert,
            "colmodernvbert-hf": ModernVBert, "colqwen2": QwenVL, "colqwen2_5": QwenVL, "colqwen3": QwenVL, "colqwen2-hf": QwenVL}


def wrap(family, model, fused=False):
    """@param fused: for an export with fused attention"""
    wrapper = WRAPPERS[family](model).eval()
    wrapper.fused = fused
    return wrapper


def text_inputs(family, wrapper, queries):
    """Processor output of queries -> full input set with the smallest zero image."""
    b = queries["input_ids"].shape[0]
    out = {k: queries[k] for k in ("input_ids", "attention_mask")}
    if isinstance(wrapper, QwenVL):
        v = wrapper.visual.config
        out["pixel_values"] = torch.zeros(b, 4, v.in_channels * v.temporal_patch_size * v.patch_size**2)
        out["image_grid_thw"] = torch.tensor([[1, 2, 2]] * b)
    elif isinstance(wrapper, (Idefics3, ModernVBert)):
        out["pixel_values"] = torch.zeros(b, 1, 3, 512, 512)
        if isinstance(wrapper, Idefics3):
            out["pixel_attention_mask"] = torch.ones(b, 1, 512, 512, dtype=torch.long)
    else:
        side = 896 if isinstance(wrapper, Gemma3) else 448
        out["pixel_values"] = torch.zeros(b, 3, side, side)
    return out


def export(wrapper, example, path, opset=OPSET, external_data=False):
    """example: dict of tensors with batch 2 and a sequence longer than 2, so that no axis is specialised. Attention is as in `wrap`."""
    D = torch.export.Dim.DYNAMIC
    batch, seq, tiles = D, D, D
    axes = {"input_ids": {0: batch, 1: seq}, "attention_mask": {0: batch, 1: seq}, "image_grid_thw": {0: batch}}
    five = isinstance(wrapper, (Idefics3, ModernVBert, QwenVL))
    axes["pixel_values"] = {0: batch, 1: tiles} if five else {0: batch}
    axes["pixel_attention_mask"] = {0: batch, 1: tiles}
    args = tuple(example[k] for k in wrapper.inputs)
    for p in wrapper.parameters():
        p.requires_grad_(False)
    with torch.no_grad():
        program = torch.onnx.export(wrapper, args, dynamo=True, opset_version=opset, input_names=list(wrapper.inputs),
                                    output_names=["embeddings"], dynamic_shapes=tuple(axes[k] for k in wrapper.inputs),
                                    custom_translation_table=FUSED if wrapper.fused else None, optimize=True, verbose=False)
    program.save(str(path), external_data=external_data)
    tidy(path)


class TextOnly(nn.Module):
    """The second file of a two-file export: input_ids and attention_mask only."""
    inputs = ("input_ids", "attention_mask")

    def __init__(self, wrapper):
        super().__init__()
        core, self.fused = getattr(wrapper, "core", wrapper), wrapper.fused
        self.text, self.linear = getattr(core, "text_model", None) or core.language_model, wrapper.linear
        self.first_position = 1 if isinstance(wrapper, PaliGemma) else 0
        self.bidirectional = isinstance(wrapper, PaliGemma)

    def forward(self, input_ids, attention_mask):
        mask, kw = attention_mask, {}
        if self.bidirectional:
            mask = attention_mask.bool()[:, None, None, :].expand(-1, 1, input_ids.shape[1], -1)
            kw = dict(position_ids=torch.arange(input_ids.shape[1], device=input_ids.device).unsqueeze(0) + self.first_position)
        out = self.text(input_ids=input_ids, attention_mask=mask, **kw)
        return project(self.linear, out.last_hidden_state, attention_mask)
