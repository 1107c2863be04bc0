"""When a place is decided: plans, and the strategies that follow them."""
