"""What portal and terminal agent say to each other: messages, their canonical bytes, and the signatures under them.

Both sides import this package and nothing of each other. Only `signatures` knows a library; the rest is PURE.
"""
