# pip install langfuse langchain langchain-openai        (and set OPENAI_API_KEY)
import os

os.environ["LANGFUSE_PUBLIC_KEY"] = "{{ public_key }}"
os.environ["LANGFUSE_SECRET_KEY"] = "{{ secret_key }}"
os.environ["LANGFUSE_BASE_URL"] = "{{ base_url }}"

from langchain_openai import ChatOpenAI
from langfuse import get_client
from langfuse.langchain import CallbackHandler

model = ChatOpenAI(model="gpt-4o-mini")
answer = model.invoke("Say hello.", config={"callbacks": [CallbackHandler()]})
print(answer.content)

get_client().flush()
