"""Small matrices by one thread: on a busy machine several wait for each other."""

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
