"""Keep subscriptions to the hubs of feeds (WebSub, https://www.w3.org/TR/websub/)."""
