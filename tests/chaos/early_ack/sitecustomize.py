"""The negative control: with this folder on PYTHONPATH, Sonde acknowledges a second too early.

Python imports it at start. The product itself holds no switch that could do this.
"""

import importlib.machinery
import sys
import threading

EARLY_BY_SECONDS = 1.0


class Finder(importlib.machinery.PathFinder):
    @classmethod
    def find_spec(cls, name, path=None, target=None):
        if name != "ingest.pipeline":
            return None
        spec = super().find_spec(name, path, target)
        load = spec.loader.exec_module

        def load_and_patch(module):
            load(module)
            accept = module.accept

            def acknowledge_first(*asked, **how):
                threading.Timer(EARLY_BY_SECONDS, accept, asked, how).start()

            module.accept = acknowledge_first

        spec.loader.exec_module = load_and_patch
        return spec


sys.meta_path.insert(0, Finder)
