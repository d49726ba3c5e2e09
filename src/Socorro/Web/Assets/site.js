// What the pages can't do by themselves. Everything works without it, less comfortably.
"use strict";

// Buttons that need a script show themselves.
for (const button of document.querySelectorAll("[data-copy]")) {
  if (!navigator.clipboard)
    continue;

  button.hidden = false;
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(button.dataset.copy);
    const label = button.textContent;
    button.textContent = "Copied";
    setTimeout(() => { button.textContent = label; }, 1500);
  });
}

for (const button of document.querySelectorAll("[data-toggle]")) {
  button.hidden = false;
  button.addEventListener("click", () => {
    const all = [...document.querySelectorAll(button.dataset.toggle)];
    const open = all.some(one => !one.open);
    for (const one of all)
      one.open = open;
    button.textContent = open ? "Close all" : "Open all";
  });
}

// Raw documents on demand, cut at a size that a browser still scrolls well.
const mostShown = 2_000_000;
for (const button of document.querySelectorAll("[data-show]")) {
  button.hidden = false;
  button.addEventListener("click", async () => {
    const target = document.getElementById("shown-document");
    const answer = await fetch(button.dataset.show);
    const text = await answer.text();
    target.textContent = text.length > mostShown ? text.slice(0, mostShown) + "\n… open the document to see all of it" : text;
    target.hidden = false;
    target.focus();
  });
}

// Tabs: a chosen tab keeps the page where it is, arrows move between tabs, a linked thread opens.
const tabs = [...document.querySelectorAll(".tabs a")];
const showTab = () => {
  const target = location.hash.length > 1 ? document.getElementById(location.hash.slice(1)) : null;
  const section = target?.closest(".panels > section")?.id ?? "tab-details";
  for (const tab of tabs) {
    if (tab.hash !== "#" + section) {
      tab.removeAttribute("aria-current");
      continue;
    }

    tab.setAttribute("aria-current", "true");
    tab.parentElement.scrollLeft = tab.offsetLeft - tab.parentElement.offsetLeft - 16;
  }

  if (target instanceof HTMLDetailsElement)
    target.open = true;
};

if (tabs.length > 0) {
  let keep = null;
  addEventListener("hashchange", () => {
    showTab();
    if (keep !== null)
      scrollTo({ top: keep, behavior: "instant" });
    keep = null;
  });
  for (const [at, tab] of tabs.entries()) {
    tab.addEventListener("click", () => { keep = tab.hash === location.hash ? null : scrollY; });
    tab.addEventListener("keydown", event => {
      const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
      if (step)
        tabs[(at + step + tabs.length) % tabs.length].focus();
    });
  }

  showTab();
}

// A page that renews its content while somebody looks at it.
const main = document.querySelector("main[data-refresh]");
if (main) {
  setInterval(async () => {
    if (document.hidden)
      return;

    const answer = await fetch(location.href).catch(() => null);
    if (answer?.ok) {
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      main.replaceChildren(...page.querySelector("main").childNodes);
    }
  }, main.dataset.refresh * 1000);
}

// A pending crash, or one that is being processed again: look often at first, then ever more calmly, and turn into the report.
const pending = document.querySelector("[data-pending]");
if (pending) {
  const started = performance.now();
  const look = async () => {
    const answer = await fetch(pending.dataset.pending).catch(() => null);
    const state = answer?.ok ? await answer.json() : null;
    const step = pending.querySelector("[data-step]");
    if (step && state?.text)
      step.textContent = state.text;
    if (state?.processed_crash || state?.is_over)
      location.reload();
    else
      setTimeout(look, Math.min(5000, 250 + (performance.now() - started) / 20));
  };
  look();
}
