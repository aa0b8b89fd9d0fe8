"""What the commands return: frozen dataclasses, which `--json` and the terminal show alike."""
