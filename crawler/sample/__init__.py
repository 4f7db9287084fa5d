"""The sample news sites that ship with Kiji: written for it, served over loopback, with their truth beside them."""
