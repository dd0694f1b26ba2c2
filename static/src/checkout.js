// The payer's pages: a countdown, a reload when the payment's state changes, and buttons that copy.
(() => {
  for (const button of document.querySelectorAll("[data-copy]")) {
    if (!navigator.clipboard) continue;
    button.hidden = false;
    button.addEventListener("click", async () => {
      await navigator.clipboard.writeText(button.dataset.copy);
      button.textContent = button.dataset.done;
    });
  }
})();
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
    try {
      const answer = await fetch(box.dataset.status);
      const told = answer.ok ? await answer.json() : {};
      if (told.final || (told.received ?? 0) > Number(box.dataset.received)) return location.reload();
    } catch (away) {
      console.debug("not reached, asked again soon", away); // a phone between two networks
    }
    setTimeout(poll, 3000);
  };
  setTimeout(poll, 3000);
})();
