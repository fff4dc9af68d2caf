"""Rules as a form shows and sends them."""
