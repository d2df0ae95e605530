// Typesets the formulas, starts reveal.js, and says each new line to screen readers.
"use strict";
(() => {
  const root = document.documentElement;

  // --- formulas: the element holds LaTeX until KaTeX replaces it by HTML, and MathML for screen readers
  const options = {
    throwOnError: false,
    output: "htmlAndMathml",
    trust: (c) => c.command === "\\htmlClass" && /^(changed|term[1-4])$/.test(c.class),
    strict: (code) => (code === "htmlExtension" ? "ignore" : "warn"),
    macros: { // as in LaTeX, but in formulas too
      "\\textasciigrave": '\\text{\\char"60}',
      "\\textasciitilde": '\\text{\\char"7E}',
      "\\textasciicircum": '\\text{\\char"5E}',
      "\\textbackslash": '\\text{\\char"5C}',
    },
  };
  for (const element of document.querySelectorAll(".tex")) {
    const style = element.classList.contains("inline") ? "" : "\\displaystyle ";
    katex.render(style + element.textContent, element, { ...options, macros: { ...options.macros } });
  }

  const fonts = () => Promise.all([...document.fonts].map((font) => font.load()));
  if (typeof Reveal === "undefined") {
    fonts().then(() => (root.dataset.ready = "yes"));
    return;
  }

  // --- a safety net: a slide that is too full on this machine is made smaller, never cut off
  const full = (body) => body.scrollWidth > body.clientWidth + 1 || body.scrollHeight > body.clientHeight + 1;
  const fit = (slide) => {
    const body = slide && slide.querySelector(".body");
    if (!body || slide.dataset.fitted || !body.clientHeight) return;
    for (let scale = 0.95; full(body) && scale > 0.3; scale -= 0.05) {
      body.style.fontSize = `${scale}em`;
      slide.dataset.fitted = scale.toFixed(2);
    }
  };

  window.derive = { fit };

  // --- what a screen reader hears: the words in the notes, not the letters of the formulas
  const announce = (slide, said) => {
    const words = [...slide.querySelectorAll("aside.notes [data-says]")].filter((p) => said(p.dataset.says));
    const status = document.querySelector(".aria-status");
    if (words.length && status) status.textContent = words.map((p) => p.textContent).join(" ");
  };
  const named = (row) => row.dataset.line ?? row.dataset.step; // a quiz is of no theorem, and has no line that is compared
  let newest; // what is to be said: who goes on at once hears the line that came, not the slide before it
  const say = (what) => {
    newest = what;
    // reveal.js announces the letters of a slide in the next frame
    requestAnimationFrame(() => requestAnimationFrame(() => newest === what && what()));
  };
  const announceSlide = (slide) => {
    const hidden = [...slide.querySelectorAll(".fragment:not(.visible)")].map(named);
    say(() => announce(slide, (what) => !hidden.includes(what)));
  };

  const ready = () => (root.dataset.ready = "yes");
  Reveal.on("ready", async () => {
    await fonts();
    if (Reveal.getConfig().view === "print") return;
    fit(Reveal.getCurrentSlide());
    announceSlide(Reveal.getCurrentSlide());
    ready();
  });
  Reveal.on("pdf-ready", async () => {
    await fonts();
    document.querySelectorAll("section.derive").forEach(fit);
    ready();
  });
  Reveal.on("slidechanged", (event) => {
    fit(event.currentSlide);
    announceSlide(event.currentSlide);
  });

  // --- terms that have a colour come from where they stood in the line before
  const before = (row) => {
    for (let line = row.previousElementSibling; line; line = line.previousElementSibling) if (line.matches(".row")) return line;
    return row.querySelector(".lead"); // the first line, whose left side stands beside it
  };
  const still = matchMedia("(prefers-reduced-motion: reduce)");
  const move = (row) => {
    const from = root.dataset.move && !still.matches && row.matches(".row") && before(row);
    if (!from) return;
    const scale = Reveal.getScale();
    for (const kind of ["term1", "term2", "term3", "term4"]) {
      const old = [...from.querySelectorAll(`.katex-html .${kind}`)].map((e) => e.getBoundingClientRect());
      const found = [...row.querySelectorAll(`:scope > :not(.lead) .katex-html .${kind}`)];
      if (!old.length) continue;
      found.forEach((term, i) => {
        const [a, b] = [old[Math.min(i, old.length - 1)], term.getBoundingClientRect()];
        const away = { left: `${(a.left - b.left) / scale}px`, top: `${(a.top - b.top) / scale}px` };
        term.style.position = "relative"; // takes no other room, as a transform would
        term.animate([away, { left: 0, top: 0 }], { duration: 700, easing: "ease-in-out" });
      });
    }
  };
  Reveal.on("fragmentshown", ({ fragment }) => move(fragment));
  Reveal.on("fragmentshown", ({ fragment }) =>
    say(() => announce(fragment.closest("section"), (what) => what === named(fragment))),
  );

  Reveal.initialize({
    width: Number(root.dataset.width),
    height: Number(root.dataset.height),
    margin: 0,
    center: false,
    display: "flex",
    hash: location.protocol !== "about:", // a frame of a notebook has no address
    transition: "none",
    pdfSeparateFragments: false,
    pdfMaxPagesPerSlide: 1,
    scrollActivationWidth: 0,
    plugins: [RevealNotes],
  });
})();
