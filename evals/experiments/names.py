"""What experiments are called, and their ids. Pure."""

import hashlib
import json

FORMULA = "langfuse-experiment-v1"


def run_id(project_id: str, dataset_id: str, name: str) -> str:
    """As Langfuse's SDK 5 reckons it by itself, byte for byte."""
    said = [FORMULA, project_id, dataset_id, name]
    written = json.dumps(said, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(written.encode("utf-8", "surrogatepass")).hexdigest()[:16]
