"""The board: when jobs are planned, what stands against it, and a proposal. See docs/execution.md, "The board"."""
