import pytest

from ingest.otlp.decode import PROTOBUF


@pytest.fixture
def post(client, auth, api_key):
    def post(path="/v1/traces", data=b"", content_type=PROTOBUF, headers=None):
        headers = auth(api_key) if headers is None else headers
        # Django's test client names no type for an empty body unless told twice.
        return client.post(
            path, data, content_type=content_type, headers=headers, CONTENT_TYPE=content_type
        )

    return post
