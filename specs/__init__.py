"""The standards, one package each: parse, verify and create messages, without clock, randomness or I/O.

`README.md` beside this file lists the version of every standard; nothing else in the project does.
"""
