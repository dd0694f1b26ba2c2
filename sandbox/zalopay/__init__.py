"""ZaloPay gateway v2, as ZaloPay's side sees it."""
