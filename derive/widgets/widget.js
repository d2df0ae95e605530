// Sliders for a theorem.  All that comes from Python is set as text; the picture is an image, which runs nothing.
function render({ model, el }) {
  const make = (tag, parent, text) => {
    const made = document.createElement(tag);
    if (text !== undefined) made.textContent = text;
    parent.appendChild(made);
    return made;
  };
  const box = make("div", el);
  box.className = "derive-widget";
  for (const s of model.get("sliders")) {
    const label = make("label", box);
    label.style.cssText = "display: flex; gap: .6em; align-items: center";
    make("span", label, s.label).style.minWidth = "3em";
    const input = make("input", label);
    Object.assign(input, { type: "range", min: s.low, max: s.high, step: s.step, value: model.get("values")[s.key] });
    const shown = make("output", label, input.value);
    input.addEventListener("input", () => { shown.textContent = input.value; });
    input.addEventListener("change", () => {
      model.set("values", { ...model.get("values"), [s.key]: Number(input.value) });
      model.save_changes();
    });
  }
  const table = make("table", box);
  const picture = make("img", box);
  picture.style.maxWidth = "100%";
  const trouble = make("p", box);
  trouble.setAttribute("role", "alert");
  const show = () => {
    table.replaceChildren();
    for (const row of model.get("rows")) {
      const line = make("tr", table);
      for (const cell of row) make("td", line, cell);
    }
    if (model.get("picture").startsWith("data:image/svg+xml;base64,")) picture.src = model.get("picture");
    picture.alt = model.get("alt");
    trouble.textContent = model.get("trouble");
  };
  for (const name of ["rows", "picture", "alt", "trouble"]) model.on("change:" + name, show);
  show();
}
export default { render };
