"""An explanation said again for one person by a language model, used only where a guard finds no change."""
