"""Public checks, one file a unit: what ``minigen check`` tells a student at once, from small numbers done by hand."""
