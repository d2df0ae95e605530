const pages = {}
PAGES

const options = [OPTIONS]

const derive = {
  name: "derive",
  doc: "A derivation that was checked.",
  arg: { type: String, required: true, doc: "The name of a theorem." },
  options: Object.fromEntries(options.map((option) => [option, { type: String }])),
  run(data, vfile, context) {
    const given = options.filter((option) => data.options?.[option]).map((option) => ` ${option}=${data.options[option].trim()}`)
    const key = data.arg.trim() + given.join("")
    if (!(key in pages)) {
      const message = vfile.message(`derive: there is no derivation for '${key}'; run derive embed on this document again`, data.node)
      message.fatal = true
      return []
    }
    return context.parseMyst(pages[key]).children
  },
}

export default { name: "derive", directives: [derive] }
