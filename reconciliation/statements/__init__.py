"""Files of providers and banks, read as they are written: which columns, which words, which forms of amounts and times."""
