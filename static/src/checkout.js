// The payer's pages: a countdown, a new look when the payment changes, buttons that copy, and one choice at a time.
(() => {
  // Never reload(): on the answer to a form that would send the form once more.
  const again = () => location.replace(location.pathname + location.search);

  for (const button of document.querySelectorAll("[data-copy]")) {
    if (!navigator.clipboard) continue;
    const label = button.textContent;
    button.hidden = false;
    button.addEventListener("click", async () => {
      await navigator.clipboard.writeText(button.dataset.copy);
      button.textContent = button.dataset.done;
      setTimeout(() => { button.textContent = label; }, 2000);
    });
  }

  const choices = document.querySelector("form.providers");
  if (choices) {
    const chosen = () => choices.querySelector("[aria-busy]");
    choices.addEventListener("submit", (event) => {
      if (chosen()) return event.preventDefault();
      event.submitter?.setAttribute("aria-busy", "true");
    });
    addEventListener("pageshow", () => chosen()?.removeAttribute("aria-busy")); // back from the provider's page
  }

  const box = document.querySelector(".countdown");
  const end = box && Date.now() + Number(box.dataset.seconds) * 1000;
  const tick = () => {
    const left = Math.max(0, Math.round((end - Date.now()) / 1000));
    const hours = Math.floor(left / 3600);
    const parts = [Math.floor(left / 60) % 60, left % 60].map((n) => String(n).padStart(2, "0"));
    box.querySelector("strong").textContent = (hours ? [hours, ...parts] : parts).join(":");
    if (left === 0) again();
    else setTimeout(tick, 1000);
  };
  if (box) tick();

  const page = document.querySelector("[data-poll]");
  const began = Date.now();
  let waiting = 0, asking = false;
  const poll = async () => {
    if (asking) return;
    clearTimeout(waiting);
    asking = true;
    try {
      const answer = await fetch(page.dataset.poll);
      const told = answer.ok ? await answer.json() : {};
      const changed = told.status && told.status !== page.dataset.status;
      if (changed || (told.received ?? 0) > Number(page.dataset.received)) return again();
    } catch (away) {
      console.debug("not reached, asked again soon", away); // a phone between two networks
    }
    asking = false;
    waiting = setTimeout(poll, Date.now() - began < 600_000 ? 3000 : 15_000);
  };
  if (page && page.dataset.status !== "paid") {
    waiting = setTimeout(poll, 3000);
    // Who comes back from the banking app wants to know now.
    document.addEventListener("visibilitychange", () => { if (!document.hidden) poll(); });
  }

  const widget = document.getElementById("napas-widget-container");
  if (widget) {
    const wait = widget.querySelector(".waiting");
    const late = setTimeout(() => {
      wait.remove();
      document.getElementById("widget-missing").hidden = false;
    }, 10_000);
    new MutationObserver((_, observer) => {
      observer.disconnect();
      clearTimeout(late);
      wait.remove();
    }).observe(widget, { childList: true });
  }
})();
