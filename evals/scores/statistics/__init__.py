"""Whether one run does better than another on the same items, or chance makes it look so. Pure."""
