#!/usr/bin/python3
"""Calls a method of vt.cluster.v1 with a request in JSON; prints what comes, one JSON object a line.

Needs Debian's python3-grpcio, python3-protobuf, protobuf-compiler and libprotobuf-dev, and the descriptors:
    protoc -I api/proto --include_imports --descriptor_set_out=vt.binpb api/proto/vt/cluster/v1/*.proto
The token is read from the file that VT_TOKEN_FILE names, so that it is in no process list.
"""
import argparse
import os
import sys
import uuid

import grpc
from google.protobuf import descriptor_pb2, descriptor_pool, json_format, message_factory

PACKAGE = "vt.cluster.v1."


def pool_of(path):
    files = descriptor_pb2.FileDescriptorSet()
    with open(path, "rb") as descriptors:
        files.ParseFromString(descriptors.read())
    pool = descriptor_pool.DescriptorPool()
    for file in files.file:
        pool.Add(file)
    return pool


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--ca", required=True, help="the cluster's authority, ca.pem")
    parser.add_argument("--descriptors", required=True, help="what protoc wrote")
    parser.add_argument("--if-match", help="the resource_version that was read")
    parser.add_argument("--messages", type=int, default=0, help="end a stream after so many; 0: when the server ends it")
    parser.add_argument("server", help="HOST:PORT")
    parser.add_argument("method", help="for example NodeService/List")
    parser.add_argument("request", nargs="?", default="{}", help="in JSON; bytes are base64")
    args = parser.parse_args()

    service_name, method_name = args.method.split("/")
    pool = pool_of(args.descriptors)
    method = pool.FindServiceByName(PACKAGE + service_name).methods_by_name[method_name]
    factory = message_factory.MessageFactory(pool)
    request = json_format.Parse(args.request, factory.GetPrototype(method.input_type)())
    answers = factory.GetPrototype(method.output_type)

    with open(os.environ["VT_TOKEN_FILE"], encoding="ascii") as token:
        metadata = [("authorization", "Bearer " + token.read().strip()), ("idempotency-key", str(uuid.uuid4()))]
    if args.if_match:
        metadata.append(("if-match", f'"{args.if_match}"'))
    with open(args.ca, "rb") as authority:
        credentials = grpc.ssl_channel_credentials(authority.read())

    with grpc.secure_channel(args.server, credentials) as channel:
        call = channel.unary_stream(
            f"/{PACKAGE}{args.method}",
            request_serializer=lambda message: message.SerializeToString(),
            response_deserializer=answers.FromString,
        )
        try:
            for count, answer in enumerate(call(request, metadata=metadata, timeout=3600), 1):
                print(json_format.MessageToJson(answer, preserving_proto_field_name=True, indent=None), flush=True)
                if count == args.messages:
                    break
        except grpc.RpcError as refusal:
            sys.exit(f"{refusal.code().name}: {refusal.details()}")


if __name__ == "__main__":
    main()
