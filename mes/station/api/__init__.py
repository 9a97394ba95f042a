"""Units and their operations over REST: the same verbs as the station page."""
