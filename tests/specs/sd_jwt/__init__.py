"""Tests of SD-JWT (RFC 9901): its vectors, and properties of random claims."""
