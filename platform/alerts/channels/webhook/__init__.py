"""Any receiver of JSON in the shape of Alertmanager, signed."""
