local pages = {}
PAGES

local options = {OPTIONS}

local function derivation(name, given)
  local key = name
  for _, option in ipairs(options) do
    if given[option] and given[option] ~= "" then
      key = key .. " " .. option .. "=" .. given[option]
    end
  end
  local page = pages[key]
  if page == nil then
    error("derive: there is no derivation for '" .. key .. "'; run derive embed on this document again")
  end
  return pandoc.read(page, "latex").blocks
end

local function text(value)
  return value == nil and "" or pandoc.utils.stringify(value)
end

if quarto ~= nil then -- a handler of shortcodes
  return {
    derive = function(args, kwargs)
      local given = {}
      for _, option in ipairs(options) do
        given[option] = text(kwargs[option])
      end
      return derivation(text(args[1]), given)
    end
  }
end

return { -- a filter of pandoc, for which a shortcode is text
  {
    Para = function(para)
      local source = pandoc.write(pandoc.Pandoc({para}), "plain+smart", {wrap_text = "wrap-none"})
      local inside = source:gsub("\n", " "):gsub("[“”]", '"'):match("^{{< derive (.-) >}}%s*$")
      if inside == nil then
        return nil
      end
      local name, given = inside:match("^%s*(%S+)"), {}
      for option, value in inside:gmatch('(%a+)%s*=%s*"([^"]*)"') do
        given[option] = value
      end
      for option, value in inside:gsub('%a+%s*=%s*"[^"]*"', ""):gmatch("(%a+)%s*=%s*(%S+)") do
        given[option] = value
      end
      return derivation(name, given)
    end
  }
}
