#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Calls Kubernetes' CRI as the kubelet does.

    cri.py DESCRIPTORS SOCKET METHOD <REQUEST >ANSWER

DESCRIPTORS is what protoc makes of CRI's api.proto. REQUEST and ANSWER are
JSON. When the call fails, what the server says goes to standard error.
"""
import sys

import grpc
from google.protobuf import descriptor_pb2, descriptor_pool, json_format, message_factory

descriptors, socket, name = sys.argv[1:]
files = descriptor_pb2.FileDescriptorSet()
with open(descriptors, "rb") as file:
    files.ParseFromString(file.read())
pool = descriptor_pool.DescriptorPool()
for file in files.file:
    pool.Add(file)

method = pool.FindMethodByName(f"runtime.v1.RuntimeService.{name}")
types = message_factory.MessageFactory(pool)
request = json_format.Parse(sys.stdin.read(), types.GetPrototype(method.input_type)())
with grpc.insecure_channel(f"unix:{socket}") as channel:
    call = channel.unary_unary(
        f"/{method.containing_service.full_name}/{name}",
        request_serializer=lambda message: message.SerializeToString(),
        response_deserializer=types.GetPrototype(method.output_type).FromString,
    )
    try:
        print(json_format.MessageToJson(call(request, timeout=300)))
    except grpc.RpcError as error:
        sys.exit(error.details())
