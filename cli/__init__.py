"""The ``empilement`` command: each verb calls one room."""
