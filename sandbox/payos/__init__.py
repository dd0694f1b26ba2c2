"""payOS in the sandbox: payment links of payment channels, their checkout page, and a webhook for each transfer."""
