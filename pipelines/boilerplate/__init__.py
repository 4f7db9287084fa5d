"""Remove navigation, consent dialogs and repeated lines from pages."""
