"""Where uploaded bytes lie: a folder or an S3-compatible bucket, under keys that the server makes."""
