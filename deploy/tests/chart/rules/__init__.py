"""The rules of two checkers that cannot be had as modules, by the checkers' own names."""
