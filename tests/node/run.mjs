// One question to a JavaScript SDK: JSON on stdin, JSON on stdout. The operations are the only code here; the SDKs do the work.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const require = createRequire(import.meta.url);

const operations = {
  vietqr_read: ({ text }) => {
    const { QRPay } = require("vietnam-qr-pay");
    const qr = new QRPay(text);
    return {
      valid: qr.isValid,
      provider: qr.provider?.name,
      service: qr.provider?.service,
      bin: qr.consumer?.bankBin,
      account: qr.consumer?.bankNumber,
      amount: qr.amount ?? null,
      memo: qr.additionalData?.purpose ?? null,
    };
  },

  vietqr_build: ({ bin, account, amount, memo }) => {
    const { QRPay } = require("vietnam-qr-pay");
    return QRPay.initVietQR({ bankBin: bin, bankNumber: account, amount, purpose: memo }).build();
  },

  vietqr_banks: () => Object.values(require("vietnam-qr-pay").BanksObject),

  // As the SDK's users do: the payer's query, taken apart by the web framework, goes to verifyReturnUrl.
  vnpay_verify: ({ url, terminal, secret }) => {
    const { VNPay, ignoreLogger } = require("vnpay");
    const vnpay = new VNPay({ tmnCode: terminal, secureSecret: secret, testMode: true, loggerFn: ignoreLogger });
    return vnpay.verifyReturnUrl(Object.fromEntries(new URL(url).searchParams));
  },

  vnpay_ipn: ({ fields, secret }) => {
    const { buildPaymentUrlSearchParams, calculateSecureHash, HashAlgorithm } = require("vnpay");
    const query = buildPaymentUrlSearchParams(fields);
    const hash = calculateSecureHash({
      secureSecret: secret,
      data: query.toString(),
      hashAlgorithm: HashAlgorithm.SHA512,
      bufferEncode: "utf-8",
    });
    query.append("vnp_SecureHash", hash);
    return query.toString();
  },
};

const { operation, ...input } = JSON.parse(readFileSync(0, "utf-8"));
process.stdout.write(JSON.stringify(operations[operation](input)));
