// The payer's page: a countdown, and a reload when the payment's state changes.
(() => {
  const box = document.querySelector(".countdown");
  if (!box) return;
  const end = Date.now() + Number(box.dataset.seconds) * 1000;
  const shown = box.querySelector("strong");
  const tick = () => {
    const left = Math.max(0, Math.round((end - Date.now()) / 1000));
    const hours = Math.floor(left / 3600);
    const parts = [Math.floor(left / 60) % 60, left % 60].map((n) => String(n).padStart(2, "0"));
    shown.textContent = (hours ? [hours, ...parts] : parts).join(":");
    if (left === 0) location.reload();
    else setTimeout(tick, 1000);
  };
  tick();
  const poll = async () => {
    const answer = await fetch(location.pathname + "/status");
    if (answer.ok && (await answer.json()).final) location.reload();
    else setTimeout(poll, 3000);
  };
  setTimeout(poll, 3000);
})();
