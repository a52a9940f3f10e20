"""The shell around the three applications: command line, all-in-one server and the shared runtime."""
