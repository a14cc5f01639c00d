"""The simulated payment devices of a demonstration: a cash machine for each terminal, one gateway for all of them.

A process of its own (`python -m app.devices`), as real devices are machines of their own: what they did is in their own
files, whatever becomes of agent and portal. It shares with the agent only what goes over the line (`app.protocol`).
"""
