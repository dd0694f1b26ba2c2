// The page of a mapping profile: a chosen sample is read anew by the server whenever the mapping changes. Nothing is kept.
document.addEventListener("DOMContentLoaded", () => {
  const card = document.querySelector("[data-preview]"), spec = document.querySelector("[name=spec]");
  if (!card || !spec) return;
  const sample = card.querySelector("[data-sample]"), rows = card.querySelector("[data-rows]");
  const ENOUGH = 512 * 1024; // of a text file; a workbook can only be read whole
  let waiting, newest = 0;
  const show = async () => {
    const mine = ++newest, form = new FormData(), file = sample.files[0];
    form.append("csrfmiddlewaretoken", document.querySelector("[name=csrfmiddlewaretoken]").value);
    form.append("spec", spec.value);
    if (file) form.append("sample", file.name.toLowerCase().endsWith(".xlsx") ? file : lines(await head(file)), file.name);
    const answer = await fetch(card.dataset.preview, { method: "POST", body: form, credentials: "same-origin" });
    const text = await answer.text();
    if (mine === newest && answer.ok) rows.innerHTML = text;
  };
  const head = async (file) => new Uint8Array(await file.slice(0, ENOUGH).arrayBuffer());
  // Up to the last whole line, where the file goes on.
  const lines = (bytes) => new Blob([bytes.length < ENOUGH ? bytes : bytes.subarray(0, bytes.lastIndexOf(10) + 1)]);
  spec.addEventListener("input", () => { clearTimeout(waiting); waiting = setTimeout(show, 400); });
  sample.addEventListener("change", show);
  show();
});
