// Small comforts of the incident page; without them the link is a link and the browser's own menu prints.
"use strict";
for (const link of document.querySelectorAll("[data-copy]")) {
  if (!navigator.clipboard) continue;
  link.addEventListener("click", (event) => {
    event.preventDefault();
    navigator.clipboard.writeText(link.href).then(
      () => { link.textContent = "Link copied"; },
      () => { location.href = link.href; },
    );
  });
}
for (const button of document.querySelectorAll("[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => window.print());
}
