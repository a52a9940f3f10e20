"""The pages at the root of the combined server: what this is, a way in for each role, and the APIs."""

from trillium.start_page.app import create_start_page

__all__ = ["create_start_page"]
