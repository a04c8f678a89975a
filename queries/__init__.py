"""The named questions, and the engines that answer them."""
