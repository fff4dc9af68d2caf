# pip install langfuse openai        (and set OPENAI_API_KEY)
import os

os.environ["LANGFUSE_PUBLIC_KEY"] = "{{ public_key }}"
os.environ["LANGFUSE_SECRET_KEY"] = "{{ secret_key }}"
os.environ["LANGFUSE_BASE_URL"] = "{{ base_url }}"

from langfuse import get_client
from langfuse.openai import OpenAI  # instead of: from openai import OpenAI

client = OpenAI()
completion = client.chat.completions.create(
    model="gpt-4o-mini",
    messages=[{"role": "user", "content": "Say hello."}],
)
print(completion.choices[0].message.content)

get_client().flush()
