"use strict";
// Sorts and filters the table of bots. Without this script the page shows all of them, by id.

document.documentElement.classList.add("script");

addEventListener("DOMContentLoaded", () => {
  const table = document.querySelector(".bots");
  if (!table) return;
  const body = table.tBodies[0];
  const rows = [...body.rows];
  const headings = [...table.tHead.rows[0].cells];
  const controls = document.querySelector(".controls");
  const tally = document.querySelector(".tally");
  const order = new Intl.Collator(undefined, { numeric: true });
  const first = new Map(rows.map((row, place) => [row, place]));

  function sort(column, direction) {
    const key = (row) => row.cells[column].dataset.sort;
    const sign = direction === "ascending" ? 1 : -1;
    rows.sort((a, b) => sign * order.compare(key(a), key(b)) || first.get(a) - first.get(b));
    body.append(...rows);
    headings.forEach((heading, place) => heading.setAttribute("aria-sort", place === column ? direction : "none"));
  }

  headings.forEach((heading, column) => {
    const button = document.createElement("button");
    button.type = "button";
    button.append(...heading.childNodes);
    heading.append(button);
    heading.setAttribute("aria-sort", "none");
    button.addEventListener("click", () => {
      sort(column, heading.getAttribute("aria-sort") === "ascending" ? "descending" : "ascending");
    });
  });

  // Words in any order; letters that differ in width or case only are the same.
  const plain = (text) => text.normalize("NFKC").toLowerCase();
  const haystack = new Map(rows.map((row) => [row, plain(row.dataset.find)]));

  function filter() {
    const words = plain(controls.elements.find.value).split(/\s+/).filter(Boolean);
    const { status, managed, only } = controls.elements;
    let shown = 0;
    for (const row of rows) {
      const fits = words.every((word) => haystack.get(row).includes(word))
        && (!status.value || row.dataset.status === status.value)
        && (!managed.value || row.dataset.managed === managed.value)
        && (!only.checked || "attention" in row.dataset);
      row.hidden = !fits;
      shown += fits;
    }
    const all = `${rows.length} bot${rows.length === 1 ? "" : "s"}`;
    tally.textContent = shown === rows.length ? all : `${shown} of ${all}`;
  }

  controls.addEventListener("input", filter);
  controls.addEventListener("submit", (event) => event.preventDefault());
  // A link to a bot that the filter hides shows it again.
  addEventListener("hashchange", () => {
    const row = document.getElementById(location.hash.slice(1));
    if (row?.hidden) {
      controls.reset();
      filter();
      row.scrollIntoView();
    }
  });
});
