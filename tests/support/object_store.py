"""A real S3 server on loopback, moto's, with a bucket; and a port where none answers."""

import contextlib
import socket
from collections.abc import Iterator

import boto3  # type: ignore[import-untyped]  # it has no types
from moto.server import ThreadedMotoServer

BUCKET = "news-archive"
KEY, SECRET = "access-key-of-the-test", "secret-key-of-the-test"


@contextlib.contextmanager
def s3_server() -> Iterator[str]:
    """Serve; give the endpoint's address."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    try:
        host, port = server.get_host_and_port()
        endpoint = f"http://{host}:{port}"
        client = boto3.client(
            "s3", endpoint_url=endpoint, aws_access_key_id=KEY, aws_secret_access_key=SECRET, region_name="us-east-1"
        )
        client.create_bucket(Bucket=BUCKET)
        yield endpoint
    finally:
        server.stop()


def empty_bucket(endpoint: str) -> None:
    """Delete every object."""
    bucket = boto3.resource(
        "s3", endpoint_url=endpoint, aws_access_key_id=KEY, aws_secret_access_key=SECRET, region_name="us-east-1"
    ).Bucket(BUCKET)
    bucket.objects.all().delete()


def object_names(endpoint: str) -> list[str]:
    """List the objects' names."""
    bucket = boto3.resource(
        "s3", endpoint_url=endpoint, aws_access_key_id=KEY, aws_secret_access_key=SECRET, region_name="us-east-1"
    ).Bucket(BUCKET)
    return sorted(entry.key for entry in bucket.objects.all())


def closed_endpoint() -> str:
    """Give an address where nothing listens."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        return f"http://127.0.0.1:{free.getsockname()[1]}"
