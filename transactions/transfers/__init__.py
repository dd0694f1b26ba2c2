"""Money that people send back by hand: bank accounts, and lists of transfers for the bank. Pure: no rows, no settings."""
