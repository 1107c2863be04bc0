"""How fast: each piece of work beside the plain loop, a peer and the machine's limit."""
