"use strict";
// Looking up a person, sorting rows, opening and closing all folds. Without it the page reads whole.
(() => {
  const make = (tag, words, fields) => {
    const made = document.createElement(tag);
    if (words) made.textContent = words;
    return Object.assign(made, fields);
  };
  let number = 0;
  const field = (words, said) => {
    const id = `find-${++number}`;
    const box = make("div", "", { className: "tools" });
    const label = make("label", words, { htmlFor: id });
    const input = make("input", "", { id, type: "search", autocomplete: "off" });
    said.setAttribute("role", "status");
    box.append(label, " ", input, " ", said);
    return [box, input];
  };
  const holder = (table) => table.closest(".scroll") || table;

  for (const table of document.querySelectorAll("table[data-find]")) {
    const rows = [...table.tBodies].flatMap((body) => [...body.rows]);
    const said = make("span");
    const [box, input] = field(`Find a ${table.dataset.find} in this table`, said);
    input.addEventListener("input", () => {
      const asked = input.value.trim().toLowerCase();
      let left = 0;
      for (const row of rows) {
        row.hidden = asked !== "" && !row.cells[0].textContent.toLowerCase().includes(asked);
        left += row.hidden ? 0 : 1;
      }
      said.textContent = asked ? `${left} of ${rows.length} rows` : "";
    });
    holder(table).before(box);
  }

  for (const table of document.querySelectorAll("table[data-sort]")) {
    const body = table.tBodies[0];
    const heads = [...table.tHead.rows[0].cells];
    const key = (row, place) => row.cells[place].textContent.trim();
    const count = (text) => Number(/^≈?-?[\d,.]+$/.test(text) ? text.replace(/[≈,]/g, "") : NaN);
    const order = (a, b) => {
      const [one, two] = [count(a), count(b)];
      if (!Number.isNaN(one) && !Number.isNaN(two)) return one - two;
      return a.localeCompare(b, "en", { numeric: true });
    };
    heads.forEach((head, place) => {
      const button = make("button", "", { type: "button", className: "sort" });
      button.append(...head.childNodes);
      head.append(button);
      button.addEventListener("click", () => {
        const down = head.getAttribute("aria-sort") === "ascending";
        for (const other of heads) other.removeAttribute("aria-sort");
        head.setAttribute("aria-sort", down ? "descending" : "ascending");
        const sign = down ? -1 : 1;
        const rows = [...body.rows];
        rows.sort((a, b) => sign * order(key(a, place), key(b, place)));
        body.append(...rows);
      });
    });
  }

  const folds = [...document.querySelectorAll("main details")];
  if (folds.length > 1) {
    const button = make("button", "Open all parts that are folded", { type: "button" });
    button.addEventListener("click", () => {
      const open = folds.some((fold) => !fold.open);
      for (const fold of folds) fold.open = open;
      button.textContent = open ? "Fold all parts" : "Open all parts that are folded";
    });
    const box = make("div", "", { className: "tools" });
    box.append(button);
    document.querySelector("main").prepend(box);
  }

  const lookup = document.getElementById("lookup");
  if (lookup) {
    const known = JSON.parse(lookup.textContent);
    const said = make("span");
    const [box, input] = field("Find a person in every study", said);
    const list = make("ul", "", { className: "found" });
    input.addEventListener("input", () => {
      const asked = input.value.trim().toLowerCase();
      list.textContent = said.textContent = "";
      if (!asked) return;
      const found = new Map();
      for (const study of known.studies) {
        (study.persons || known.persons).forEach((person, place) => {
          if (person.toLowerCase() !== asked) return;
          found.set(study, known.words[study.codes[place]]);
        });
      }
      const nobody = known.first ? `nobody of the first ${known.first} persons` : "nobody";
      said.textContent = found.size ? `Person ${input.value.trim()}` : `${nobody} has this id`;
      for (const [study, word] of found) {
        const line = make("li");
        const here = document.getElementById(study.page);
        line.append(make("a", study.id, { href: here ? `#${study.page}` : `${study.page}.html` }));
        line.append(`: ${word}`);
        list.append(line);
      }
    });
    box.append(list);
    document.querySelector("main").prepend(box);
  }
})();
