"""The HTTP and socket edge: translate, authorise, call one action, show one screen."""
