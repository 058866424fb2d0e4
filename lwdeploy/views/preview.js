"use strict";
// Which bot, menu, language and device is shown is part of the page's address, so that it can be handed on:
//   #bot=helpdesk&lang=ja_JP&menu=main&view=pc&areas=on&press=2
// Without this script the page shows everything in the default language.

document.documentElement.classList.add("script");

addEventListener("DOMContentLoaded", () => {
  const all = (selector, within = document) => [...within.querySelectorAll(selector)];
  const translations = JSON.parse(document.getElementById("translations").textContent);
  const bots = all(".bot");
  const links = all("nav a");
  const controls = document.querySelector(".controls");
  const languages = all("[name=lang]").map((input) => input.value);
  const shown = {}; // bot, lang, menu, view, areas: what the address says, as far as it exists

  const menusOf = (bot) => all(".menu", bot).map((menu) => menu.dataset.menu);
  const known = (value, values) => (values.includes(value) ? value : values[0]);
  const current = () => bots.find((bot) => bot.dataset.key === shown.bot);

  function read() {
    const said = new URLSearchParams(location.hash.slice(1));
    shown.lang = known(said.get("lang"), languages);
    shown.view = known(said.get("view"), ["phone", "pc"]);
    shown.areas = said.get("areas") === "on";
    shown.bot = known(said.get("bot"), bots.map((bot) => bot.dataset.key));
    shown.menu = current() && known(said.get("menu"), menusOf(current()));
    return Number(said.get("press"));
  }

  function address(bot, press) {
    const said = new URLSearchParams(bot ? { bot, lang: shown.lang } : { lang: shown.lang });
    if (bot === shown.bot && shown.menu && shown.menu !== menusOf(current())[0]) said.set("menu", shown.menu);
    if (shown.view === "pc") said.set("view", "pc");
    if (shown.areas) said.set("areas", "on");
    if (press) said.set("press", press);
    return `#${said}`;
  }

  // A translation, or else what the page said first. `language` is unknown ("") where the default is shown.
  function translated(element, number, first) {
    element.dataset.first ??= first;
    const found = translations[number][shown.lang];
    return { text: found ?? element.dataset.first, language: found ? shown.lang.replace("_", "-") : "" };
  }

  function speak(within) {
    for (const element of all("[data-text]", within)) {
      const { text, language } = translated(element, element.dataset.text, element.textContent);
      element.textContent = text;
      element.lang = language;
    }
    for (const button of all("[data-name]", within)) {
      const number = `${button.dataset.number}: `;
      const first = button.getAttribute("aria-label").slice(number.length);
      const { text, language } = translated(button, button.dataset.name, first);
      button.setAttribute("aria-label", number + text);
      button.lang = language;
    }
    for (const picture of all("[data-class]", within)) {
      picture.className = translated(picture, picture.dataset.class, picture.className).text;
    }
  }

  function show() {
    speak(document);
    document.body.dataset.view = shown.view;
    document.body.toggleAttribute("data-areas", shown.areas);
    for (const bot of bots) {
      bot.hidden = bot !== current();
      const menu = bot.hidden ? menusOf(bot)[0] : shown.menu;
      for (const part of all("[data-menu]", bot)) part.hidden = part.dataset.menu !== menu;
      for (const choice of all("[type=radio]", bot)) choice.checked = choice.value === menu;
    }
    for (const link of links) {
      link.href = address(link.dataset.key);
      if (link.dataset.key === shown.bot) link.setAttribute("aria-current", "page");
      else link.removeAttribute("aria-current");
    }
    for (const radio of all("[type=radio]", controls)) radio.checked = radio.value === shown[radio.name];
    controls.elements.areas.checked = shown.areas;
  }

  function press(button) {
    const chat = button.closest(".screen").querySelector(".chat");
    const effect = document.getElementById(button.getAttribute("aria-describedby")).cloneNode(true);
    effect.removeAttribute("id");
    chat.append(effect);
    chat.scrollTop = chat.scrollHeight;
  }

  function change(part) {
    Object.assign(shown, part);
    history.replaceState(null, "", address(shown.bot));
    show();
  }

  function search(input) {
    const plain = (text) => text.normalize("NFKC").toLowerCase();
    const wanted = plain(input.value.trim());
    const entries = all("nav li");
    entries.forEach((entry, place) => {
      entry.hidden = !plain(entry.dataset.find).includes(wanted);
      bots[place].classList.toggle("unlisted", entry.hidden); // a print holds the bots of the list
    });
    const found = entries.filter((entry) => !entry.hidden).length;
    document.querySelector(".tally").textContent = `${found} of ${entries.length} shown`;
  }

  function follow() {
    const number = read();
    show();
    const buttons = current() ? all(".menu:not([hidden]) .press", current()) : [];
    links.find((link) => link.dataset.key === shown.bot)?.scrollIntoView({ block: "nearest", inline: "nearest" });
    if (buttons[number - 1]) press(buttons[number - 1]);
  }

  document.addEventListener("click", ({ target }) => {
    const button = target.closest("button");
    if (!button) return;
    if (button.matches(".press")) {
      press(button);
      history.replaceState(null, "", address(shown.bot, button.dataset.number));
    } else if (button.matches(".clear")) {
      for (const effect of all(".chat .effect", button.closest(".device"))) effect.remove();
      history.replaceState(null, "", address(shown.bot));
    }
  });
  document.addEventListener("change", ({ target }) => {
    if (target.name === "lang") change({ lang: target.value });
    if (target.name === "view") change({ view: target.value });
    if (target.name === "areas") change({ areas: target.checked });
    if (target.name.startsWith("menu-")) change({ menu: target.value });
  });
  document.addEventListener("input", ({ target }) => {
    if (target.type === "search") search(target);
  });
  document.addEventListener("submit", (event) => event.preventDefault());
  addEventListener("hashchange", follow);
  follow();
});
