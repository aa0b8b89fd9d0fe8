"""What the TOML files say."""
