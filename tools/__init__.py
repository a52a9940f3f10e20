"""Set-up scripts and checks of this repository; not shipped."""
