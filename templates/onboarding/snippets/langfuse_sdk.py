# pip install langfuse
import os

os.environ["LANGFUSE_PUBLIC_KEY"] = "{{ public_key }}"
os.environ["LANGFUSE_SECRET_KEY"] = "{{ secret_key }}"
os.environ["LANGFUSE_BASE_URL"] = "{{ base_url }}"  # LANGFUSE_HOST in SDK 2

from langfuse import get_client, propagate_attributes

langfuse = get_client()

with langfuse.start_as_current_observation(name="answer-question", input="Say hello.") as root:
    with propagate_attributes(user_id="user-1", session_id="session-1"):
        with langfuse.start_as_current_observation(
            as_type="generation",
            name="ask-model",
            model="gpt-4o-mini",
            input=[{"role": "user", "content": "Say hello."}],
        ) as generation:
            generation.update(
                output={"role": "assistant", "content": "Hello from Python!"},
                usage_details={"input": 12, "output": 7},
            )
    root.update(output="Hello from Python!")

langfuse.flush()
