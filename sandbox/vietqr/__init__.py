"""A bank in the sandbox: payers scan VietQR codes and transfer, the account's owner gets a signed bank notice."""
