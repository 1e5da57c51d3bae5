#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes HDF5 files with h5py for tst_formats and tst_bad_files: make_hdf5.py FOLDER."""
import sys

import h5py
import numpy as np

folder = sys.argv[1] + "/"
n, q, d, k = 300, 7, 11, 5
rng = np.random.default_rng(1)
base = rng.integers(0, 100, (n, d))
queries = rng.integers(0, 100, (q, d))
neighbors = rng.integers(0, n, (q, k))
distances = np.sort(rng.random((q, k)), axis=1)


def layout(name, dtype=np.float32, base=base, queries=queries, neighbors=neighbors, distances=distances,
           attributes=None, **how):
    with h5py.File(folder + name, "w") as f:
        f.create_dataset("train", data=base.astype(dtype), **how)
        f.create_dataset("test", data=queries.astype(dtype), **{k: v for k, v in how.items() if k != "chunks"})
        if neighbors is not None:
            f.create_dataset("neighbors", data=neighbors)
        if distances is not None:
            f.create_dataset("distances", data=distances)
        for key, value in (attributes if attributes is not None else {"distance": "euclidean"}).items():
            f.attrs[key] = value


# Good files.
for dtype in ["f2", "f4", "f8", ">f4", ">f8", ">f2", "i1", "u1", "i2", "u2", "i4", "u4", "i8", "u8", ">i4"]:
    layout("type_%s.hdf5" % dtype.replace(">", "be_"), dtype)
chunks = {"gzip": dict(compression="gzip"), "gzip_shuffle": dict(compression="gzip", shuffle=True),
          "shuffle": dict(shuffle=True, chunks=(50, 4)), "fletcher": dict(compression="gzip", fletcher32=True), "plain": dict(chunks=(64, 3)),
          "small": dict(compression="gzip", shuffle=True, chunks=(7, 4)),
          "scale": dict(scaleoffset=2, chunks=(50, 4))}
for name, how in chunks.items():
    layout("chunks_%s.hdf5" % name, **how)
for dtype in ["u1", "f2", "f8", ">f4"]:
    layout("gzip_%s.hdf5" % dtype.replace(">", "be_"), dtype, compression="gzip", shuffle=True, chunks=(32, 5))
layout("no_attributes.hdf5", attributes={})
layout("angular_bytes.hdf5", attributes={"distance": np.bytes_("angular"), "type": "dense", "dimension": d})
layout("normalized.hdf5", attributes={"distance": "normalized", "point_type": "float"})
layout("ip.hdf5", attributes={"distance": "ip"})
layout("unknown_metric.hdf5", attributes={"distance": "chebyshev"})
layout("wrong_dimension.hdf5", attributes={"distance": "euclidean", "dimension": d + 1})
layout("no_truth.hdf5", neighbors=None, distances=None)
with h5py.File(folder + "one_table.hdf5", "w") as f:
    f["vectors"] = base.astype("f4")
    f["labels"] = np.arange(n)
with h5py.File(folder + "groups.hdf5", "w") as f:
    f["a/one"] = base.astype("f4")
    f["a/b/two"] = (base + 1).astype("f4")
    f["ids"] = neighbors
with h5py.File(folder + "user_block.hdf5", "w", userblock_size=1024) as f:
    f["train"] = base.astype("f4")
# Chunks that were never written read as the fill value.
with h5py.File(folder + "partly_written.hdf5", "w") as f:
    t = f.create_dataset("train", (n, d), "f4", chunks=(100, d), compression="gzip", shuffle=True)
    t[:100] = base[:100]

# Bad files.
nan, inf = base.astype("f4"), base.astype("f4")
nan[17, 3] = np.nan
inf[299, 10] = -np.inf
layout("bad_nan.hdf5", base=nan)
layout("bad_nan_gzip.hdf5", base=nan, compression="gzip", shuffle=True)
layout("bad_inf.hdf5", base=inf)
layout("bad_nan_f8.hdf5", "f8", base=nan)
layout("bad_nan_f2.hdf5", "f2", base=nan)
layout("bad_query_dim.hdf5", queries=queries[:, :4])
layout("bad_hamming.hdf5", attributes={"distance": "hamming", "point_type": "bit"})
layout("bad_jaccard.hdf5", attributes={"distance": "jaccard"})
layout("bad_lzf.hdf5", compression="lzf")
layout("bad_sparse.hdf5", attributes={"distance": "euclidean", "type": "sparse"})
layout("bad_bool.hdf5", bool)
layout("bad_complex.hdf5", "c8")
layout("bad_truth_rows.hdf5", neighbors=neighbors[:3], distances=distances[:3])
layout("bad_truth_shape.hdf5", distances=distances[:, :2])
layout("bad_truth_float.hdf5", neighbors=neighbors.astype("f4"))
layout("bad_n_0.hdf5", base=base[:0])
layout("bad_d_0.hdf5", base=base[:, :0], queries=queries[:, :0])
with h5py.File(folder + "bad_1d.hdf5", "w") as f:
    f["train"] = base[:, 0].astype("f4")
with h5py.File(folder + "bad_3d.hdf5", "w") as f:
    f["train"] = np.zeros((3, 4, 5), "f4")
with h5py.File(folder + "bad_strings.hdf5", "w") as f:
    f["train"] = np.array([["a", "b"]], dtype=h5py.string_dtype())
with h5py.File(folder + "bad_no_tables.hdf5", "w") as f:
    f.create_group("train_of_thought")
with h5py.File(folder + "bad_train_is_group.hdf5", "w") as f:
    f.create_group("train")
with h5py.File(folder + "bad_never_written.hdf5", "w") as f:
    f.create_dataset("train", (n, d), "f4")
with h5py.File(folder + "bad_header_too_large.hdf5", "w") as f:
    t = f.create_dataset("train", (10**8, 1000), "f4", chunks=(100, 1000), compression="gzip")
    t[:1] = 1
