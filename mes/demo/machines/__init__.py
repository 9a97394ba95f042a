"""The demo plant's machines: programs that make parts, what they truly did, and the servers that they are behind.

A program is plain Python with a seed and a clock, and knows no socket. What it did is a line of the truth file, written
before anybody can see it; `scoring` compares what was booked with that.
"""
