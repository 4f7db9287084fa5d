"""Keep the addresses to crawl: due times, leases, links."""
