"""The portal's side of the terminal agents: six sealed calls, all made by the agent. Nothing here calls a terminal."""

from app.agents.views import bp

__all__ = ["bp"]
