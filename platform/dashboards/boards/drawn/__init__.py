"""What the panels of the ready-made boards draw, module by module of what they answer."""
