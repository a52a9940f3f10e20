"""The wallet backend: receives, keeps and shows credentials for residents, and only what they agreed to."""
