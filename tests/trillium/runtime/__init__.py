"""Tests of what all servers share, on real files, sockets and databases."""
