"""Every verb of the floor set up to be done once, and again: what statements are counted on and time is measured on.

Each is a function of a workshop that makes what the verb needs and returns the act itself.
"""
