"""Protobuf with text that is not UTF-8, which the library refuses as a whole: read once more with
its text as bytes.
"""

from functools import cache

from google.protobuf import descriptor_pb2, descriptor_pool, message_factory
from google.protobuf.descriptor import Descriptor, FieldDescriptor, FileDescriptor
from google.protobuf.message import Message

_proto = descriptor_pb2.FieldDescriptorProto


def parsed_leniently(kind: type[Message], body: bytes) -> Message:
    """The message with every byte that is no UTF-8 as U+FFFD. Raises DecodeError for what is broken
    otherwise.
    """
    lenient = _with_text_as_bytes(kind.DESCRIPTOR).FromString(body)
    _repair(lenient, kind.DESCRIPTOR)
    return kind.FromString(lenient.SerializeToString())


@cache
def _with_text_as_bytes(strict: Descriptor) -> type[Message]:
    pool = descriptor_pool.DescriptorPool()
    _add(strict.file, pool, set())
    return message_factory.GetMessageClass(pool.FindMessageTypeByName(strict.full_name))


def _add(file: FileDescriptor, pool: descriptor_pool.DescriptorPool, added: set[str]) -> None:
    if file.name in added:
        return
    added.add(file.name)
    for dependency in file.dependencies:
        _add(dependency, pool, added)
    copy = descriptor_pb2.FileDescriptorProto()
    file.CopyToProto(copy)
    messages = list(copy.message_type)
    while messages:
        message = messages.pop()
        messages.extend(message.nested_type)
        for field in message.field:
            if field.type == _proto.TYPE_STRING:
                field.type = _proto.TYPE_BYTES
    pool.Add(copy)


def _repair(message: Message, like) -> None:
    for field, value in message.ListFields():
        strict = like.fields_by_number[field.number]
        is_many = strict.is_repeated
        if field.type == FieldDescriptor.TYPE_MESSAGE:
            for inner in value if is_many else (value,):
                _repair(inner, strict.message_type)
        elif strict.type == FieldDescriptor.TYPE_STRING:
            if is_many:
                value[:] = [_replaced(item) for item in value]
            else:
                setattr(message, field.name, _replaced(value))


def _replaced(value: bytes) -> bytes:
    return value.decode("utf-8", "replace").encode()
