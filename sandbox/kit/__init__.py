"""What the sandbox's providers share, so that one folder per provider holds only that provider's own words.

How a provider plugs in
=======================

Write `sandbox/<name>/provider.py` with a class that extends `KitProvider[YourSettings]` and add one line to `PROVIDERS` in
`sandbox/app.py`. The kit then gives it: accounts, payments, refunds and open deliveries that survive a restart; the whole control
API under `/_control/<name>`; notices with recorded tries and a retry schedule; late banks; faults; and a payer page.

Class attributes to set
    name                "momo": addresses begin with it, environment variables too (`SANDBOX_MOMO_...`)
    settings_type       a dataclass that extends `settings.Settings`; every field has a default and can be changed by
                        environment (`SANDBOX_<NAME>_<FIELD>`, lists comma separated) and by control
    credential_fields   the account's credentials by the names the control API takes them
    identifier_field    which of them names the account
    failures            {code: (Vietnamese, English)} a payment can fail with; each is a button in the drawer
    default_failure     the code of `outcome: fail` without a code
    magic_failures      {51: "1001"}: the last three digits of an amount that fail, and the code
    fault_targets       which of create, query, refund, query_refund, cancel, token, notice, page exist here
    brand               `pages.Brand`: name and colours of the payer page
    page_path           "/momo/pay": the page of a payment is `{page_path}/{payment.token}`; "" for no page of the kit

Methods to write
    api_routes()        the provider's own HTTP routes. Wrap each in `self.serve(request, target, work)`: it takes the faults
                        and gives `work` a `Call` (raw text, headers, `forced` code); `work` gives an `Answer`. After the
                        signature was found good, `work` refuses with `call.forced` if that is set (fault mode `code`).
    notice(payment, wanted)     one notice as a `Message`, signed; `wanted` (see `notices.Wanted`) says what differs.
                                `wanted.subject` is "" for the payment, `payment.second_no` for its second time, or whatever
                                `end` gave (a transfer's number). `wanted.told_paid`: tell a success of a payment still open.
    acknowledged(status, body)  whether the merchant's answer ends the retries
    return_to(payment)          where the browser goes when it has ended: `ReturnTo(url, fields=None for GET | {...} for POST)`
    sign(account, fields)       what a notice with these fields looks like, signed (control `sign`)

Methods with a default that may be replaced
    check_account(account)      raise `ControlError` for credentials that cannot be
    tells(payment)              whether the payment's present state is told by a notice (default: paid and failed ones)
    check_playable(payment, scenario)   raise `CannotPlay(reason)`; default: open, or processing, and not over
    end(payment, scenario, amount)      put the payment into its end and give the subjects to be told; default: paid once in
                                        full (twice for pay_twice), failed, cancelled, expired, processing
    start_payment(body)         the payment a control `pay` is about (by `reference` or `payment_url`)
    refund_outside(payment, amount)     a refund made by hand in the provider's portal
    settle_refund(payment, refund, state)   put a refund into a state (completed, failed, processing)
    show(payment)               the payment as the control API shows it
    page_content(payment, words)        what stands on the payer page above its buttons (a QR, a list of banks)
    statement_rows(account), statement_layout()     the lines of its daily file, and how it is written (`statements`)
    statement_asker(request)    who asks for it; the class attribute `statement_secret` names the key of profile 1
    tamper(answer)              the answer of fault mode `tampered`
    reset_own(), dump_own(), load_own(state)    state beyond the ledger

    ways(payment)                       several buttons to pay with: [(name, Vietnamese, English)]; the one pressed is put into
                                        `payment.own["way"]`. Default: one button.

Useful: `self.ledger` (`account(id)`, `account_of(payment)`, `add(payment)`, `find(account, reference)`, `newest(reference)`,
`by_token(token)`, `paid_under(account, number)`, `find_refund(account, reference)`, `keep_refund(payment, refund)`,
`next_number()`), `self.clock.timestamp()` (the shifted present; expiry follows it, retry delays do not),
`self.changed()` after every change, `self.origin(request)` for absolute addresses (`SANDBOX_PUBLIC_URL`, else as the caller
reached us), `payment.own` and `refund.own` for what only this provider knows (JSON). `payment.orders_made` counts the orders
made for one reference: set by `Ledger.add`. `self.start_refund(payment, refund)` keeps an accepted refund and lets it get done
by the settings.
"""
