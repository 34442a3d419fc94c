#include "llm_proxy/config/check.hpp"
#include "llm_proxy/config/properties.hpp"
#include "llm_proxy/util/strings.hpp"

namespace llm_proxy::config {

namespace {

constexpr std::string_view introduction =
    R"(# Configuration

The file is LiteLLM's `config.yaml`. `llm-proxy --config config.yaml --check` reads it, names every
problem with its line and column, and shows the effective configuration with secrets masked. This
page lists every key that the program knows; it is generated from the same table that the program
checks the file with (`make docs`).

- **Served**: the key does what it says. **Request default**: an OpenAI parameter that is used where
  the client does not send it. **Not yet**: LiteLLM knows the key; it is accepted with one warning
  and does nothing.
- Any other key is an error in `--check` and a warning at start. It is never sent to a provider.
- A text that starts with `os.environ/` is replaced by that environment variable; `true` and `false`
  become booleans, an unset variable null, with a warning. A `.env` beside the file is read as Docker
  Compose reads it, unless `LITELLM_MODE=PRODUCTION`; the environment wins over it.
- Numbers and booleans may be given as text, so that they can come from the environment.
- YAML is read as version 1.1, like LiteLLM does: `on`, `off`, `yes` and `no` are booleans, `010` is
  8, `1e3` is text (`1.0e+3` is a number). Merge keys (`<<`) work; of a key given twice the last one
  counts.
)";

std::string_view state_name(property_state state) {
    switch (state) {
    case property_state::served:
        return "served";
    case property_state::request_default:
        return "request default";
    case property_state::not_served:
        return "not yet";
    }
    return "";
}

/// `a`, `b` and so on, of names separated by spaces.
std::string listed(std::string_view names) {
    std::string out;
    for (const std::string_view name : split(names, ' '))
        if (!name.empty())
            out += (out.empty() ? "`" : ", `") + std::string(name) + '`';
    return out;
}

void write_section(std::string& out, const section& one) {
    out += "\n## ";
    out += one.name.empty() ? std::string("Top level") : '`' + std::string(one.name) + '`';
    out.append("\n\n").append(one.about);
    out += "\n\n| Key | Value | Default | State | Meaning |\n|---|---|---|---|---|\n";
    for (const property& key : one.properties) {
        out.append("| `").append(key.name).append("` | ").append(kind_name(key.kind));
        out.append(" | ").append(key.fallback).append(" | ").append(state_name(key.state));
        out.append(" | ").append(key.description).append(" |\n");
    }
    const std::string prices = one.prices ? listed(price_keys) : "";
    if (!prices.empty())
        out +=
            "\nPrices in US dollars, numbers not below 0, which go before those of LiteLLM's price "
            "table: " +
            prices + ".\n";
    const std::string others = listed(one.also_known);
    if (!others.empty())
        out += "\nAlso accepted, not served yet: " + others + ".\n";
}

} // namespace

std::string reference_markdown() {
    std::string out(introduction);
    for (const section* one : sections())
        write_section(out, *one);
    return out;
}

std::string describe_problems(const problems& found) {
    std::string out;
    std::size_t errors = 0;
    for (const problem& one : found) {
        out += to_string(one) + '\n';
        errors += one.level == severity::error ? 1 : 0;
    }
    const auto counted = [](std::size_t count, const char* noun) {
        return std::to_string(count) + ' ' + noun + (count == 1 ? "" : "s");
    };
    return out + counted(errors, "error") + ", " + counted(found.size() - errors, "warning") + '\n';
}

} // namespace llm_proxy::config
