"""When work centers work: `spans` is pure and knows no database, `queries` brings it what is stored."""
