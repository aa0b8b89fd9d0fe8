"""Search volume from search rank: Headrace beside its peers, on made-up and on real series."""
