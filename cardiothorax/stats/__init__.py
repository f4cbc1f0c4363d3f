"""Agreement, diagnostic and overlap statistics with their intervals, and the plots that go with them."""
