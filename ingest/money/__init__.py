"""Lists of public money: who was awarded what, and the bodies that receive it."""
