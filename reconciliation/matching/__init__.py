"""Which line is which record of ours: named strategies in order, in SQL over sets, each with its evidence."""
