"""What every REST door has in common: bodies read strictly, one way to the verbs, pages, and how it is documented."""
