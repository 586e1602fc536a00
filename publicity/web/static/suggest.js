// Suggestions under a search field while somebody types (WAI-ARIA combobox with a list). Without it the form is sent.
(() => {
  "use strict";
  const WAIT = 150;
  const LEAST = 2;

  const enhance = (input) => {
    const list = document.createElement("ul");
    list.id = `${input.id}-suggestions`;
    list.className = "suggestions";
    list.setAttribute("role", "listbox");
    list.setAttribute("aria-label", input.dataset.suggestions);
    list.hidden = true;
    const frame = document.createElement("div");
    frame.className = "suggest-frame";
    // Moving a field takes the focus from whoever has begun to type.
    const focused = document.activeElement === input;
    input.replaceWith(frame);
    frame.append(input, list);
    if (focused) input.focus();
    for (const [name, value] of Object.entries({
      role: "combobox",
      autocomplete: "off",
      "aria-autocomplete": "list",
      "aria-expanded": "false",
      "aria-controls": list.id,
    })) {
      input.setAttribute(name, value);
    }
    let timer = 0;
    let asking = null;
    let chosen = -1;

    const choose = (place) => {
      const options = [...list.children];
      chosen = options.length ? (place + options.length + 1) % (options.length + 1) : -1;
      if (chosen === options.length) chosen = -1;
      options.forEach((option, number) => option.setAttribute("aria-selected", String(number === chosen)));
      if (chosen >= 0) {
        input.setAttribute("aria-activedescendant", options[chosen].id);
        options[chosen].scrollIntoView({ block: "nearest" });
      } else {
        input.removeAttribute("aria-activedescendant");
      }
    };
    const close = () => {
      list.hidden = true;
      list.replaceChildren();
      input.setAttribute("aria-expanded", "false");
      choose(-1);
    };
    const show = (suggestions) => {
      list.replaceChildren(
        ...suggestions.map((one, number) => {
          const option = document.createElement("li");
          option.id = `${list.id}-${number}`;
          option.setAttribute("role", "option");
          option.dataset.url = one.url;
          const name = document.createElement("span");
          name.className = "suggestion-name";
          name.textContent = one.name;
          const detail = document.createElement("span");
          detail.className = "muted";
          detail.textContent = ` ${one.line}`;
          option.append(name, detail);
          return option;
        })
      );
      list.hidden = !suggestions.length;
      input.setAttribute("aria-expanded", String(!list.hidden));
      choose(-1);
    };
    const ask = async () => {
      const typed = input.value.trim();
      if (asking) asking.abort();
      // One Chinese character has a thousand bearers, one letter the whole city.
      if (typed.length < LEAST) return close();
      asking = new AbortController();
      try {
        const address = `${input.dataset.suggest}?q=${encodeURIComponent(typed)}`;
        const answer = await fetch(address, { signal: asking.signal, headers: { Accept: "application/json" } });
        if (answer.ok) show((await answer.json()).suggestions);
      } catch (error) {
        if (error.name !== "AbortError") close();
      }
    };

    input.addEventListener("input", (event) => {
      clearTimeout(timer);
      // Pinyin that is still being composed into characters is nobody's name yet.
      if (!event.isComposing) timer = setTimeout(ask, WAIT);
    });
    input.addEventListener("compositionend", () => {
      timer = setTimeout(ask, WAIT);
    });
    input.addEventListener("keydown", (event) => {
      if (list.hidden || event.isComposing) return;
      if (event.key === "ArrowDown") choose(chosen + 1);
      else if (event.key === "ArrowUp") choose(chosen < 0 ? list.children.length - 1 : chosen - 1);
      else if (event.key === "Escape") close();
      else if (event.key === "Enter" && chosen >= 0) location.assign(list.children[chosen].dataset.url);
      else return;
      event.preventDefault();
    });
    list.addEventListener("mousedown", (event) => event.preventDefault());
    list.addEventListener("click", (event) => {
      const option = event.target.closest("[role=option]");
      if (option) location.assign(option.dataset.url);
    });
    input.addEventListener("blur", close);
  };

  document.querySelectorAll("input[data-suggest]").forEach(enhance);
})();
