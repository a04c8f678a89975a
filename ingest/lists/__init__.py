"""National lists: what each file says, as rows of one form, and that form as statements."""
