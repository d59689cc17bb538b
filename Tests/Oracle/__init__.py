"""Asks the peers: torch, Keras, Lightning, scikit-learn. Tests/Vectors holds their answers."""
# ruff: noqa: N999  (Tests and its folders are capitalised as the rest of the tree)

import os

# torch's kernels fuse multiply and add where the processor can, and so answer differently by
# ulps on one that cannot. The vectors are the answers of x86-64 processors with AVX2. To be said
# before torch is imported.
os.environ["ATEN_CPU_CAPABILITY"] = "avx2"
