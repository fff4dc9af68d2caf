"""Sample traffic for `make demo`: what a support product's agents, retrieval and small models might
send.
"""
